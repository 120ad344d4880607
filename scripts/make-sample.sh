#!/bin/sh
# Makes the clip that `npm start` plays in a loop: packages/cli/sample/sample.flv (committed).
#
#   scripts/make-sample.sh [OUTPUT]
#
# H.264 High with B-frames, 640x360, 30 fps, a key frame every 2 s; AAC-LC 48 kHz stereo. 8 s long on purpose:
# 8 s is the shortest time in which whole key frame intervals (2 s), video frames (1/30 s) and AAC frames
# (1024/48000 s) all end together, so the loop has no seam in either track. Picture and melody repeat after 8 s too.
# Needs ffmpeg with libx264, drawtext and a monospaced font (FONT=/path/to/font.ttf).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-$root/packages/cli/sample/sample.flv}
font=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf}

command -v ffmpeg >/dev/null || { echo "make-sample: ffmpeg is missing: install the ffmpeg package" >&2; exit 1; }
[ -r "$font" ] || { echo "make-sample: no font at $font: set FONT to a .ttf file" >&2; exit 1; }

# A slow aurora; pulses travel from the left node to the right one, two seconds each.
phase='2*PI*T/8'
wave="(0.5+0.5*sin(X/W*4+Y/H*2+$phase))"
wave2="(0.5+0.5*sin(X/W*3-Y/H*4-2*$phase))"
shade="(1-0.55*Y/H)"
arc='(262-70*sin(PI*(X-90)/460))'
line="between(X,90,550)*exp(-pow(Y-$arc,2)/3)*90"
pulse="between(X,90,550)*exp(-pow(mod(X-90-230*T,115)-57,2)/260)*exp(-pow(Y-$arc,2)/50)*230"
nodes="(exp(-(pow(X-90,2)+pow(Y-262,2))/90)+exp(-(pow(X-550,2)+pow(Y-262,2))/90))*255"
light="($line+$pulse+$nodes)"

# A pentatonic melody, two notes a second, over a quiet fifth.
note='mod(floor(t*2),16)'
pitch="(261.63*pow(2,(0*eq($note,0)+7*eq($note,1)+4*eq($note,2)+9*eq($note,3)+12*eq($note,4)+9*eq($note,5)+7*eq($note,6)+4*eq($note,7)\
+2*eq($note,8)+7*eq($note,9)+9*eq($note,10)+14*eq($note,11)+12*eq($note,12)+7*eq($note,13)+4*eq($note,14)+2*eq($note,15))/12))"
envelope='(1-exp(-mod(t,0.5)*200))*exp(-mod(t,0.5)*5)'
melody="0.22*sin(2*PI*$pitch*mod(t,0.5))*$envelope"
drone='0.03*sin(2*PI*130.875*t)+0.03*sin(2*PI*196.25*t)'

text="fontfile=$font:fontcolor=white:shadowcolor=black@0.6:shadowx=2:shadowy=2"
# One AAC frame less than 8 s of samples: the encoder puts one frame of priming before them, 375 in all.
ffmpeg -hide_banner -loglevel warning -y \
  -f lavfi -i "color=black:s=640x360:r=30:d=8,format=gbrp,geq=\
r='clip($shade*(24+70*$wave2)+$light,0,255)':\
g='clip($shade*(30+95*$wave)+$light*0.95,0,255)':\
b='clip($shade*(70+90*$wave2+50*$wave)+$light*0.7,0,255)',\
format=yuv420p,\
drawtext=$text:fontsize=30:x=32:y=28:text='longhaul',\
drawtext=$text:fontsize=64:x=(w-tw)/2:y=96:text='%{eif\:mod(t\,8)\:d\:2}.%{eif\:mod(n\,30)*100/30\:d\:2}',\
drawtext=$text:fontsize=18:x=w-tw-32:y=36:text='frame %{eif\:mod(n\,240)\:d\:3}',\
drawtext=$text:fontsize=16:x=68:y=288:text='edge',\
drawtext=$text:fontsize=16:x=520:y=288:text='center',\
drawbox=x=32:y=340:w=576:h=6:color=white@0.25:t=fill[base];\
color=0xffd166:s=12x6:r=30:d=8[dot];\
[base][dot]overlay=x='32+564*t/8':y=340" \
  -f lavfi -i "aevalsrc='$melody+$drone|$melody+$drone':s=48000:d=8,aformat=sample_fmts=fltp,atrim=end_sample=382976" \
  -map 0:v -map 1:a \
  -c:v libx264 -preset veryslow -profile:v high -pix_fmt yuv420p -r 30 \
  -g 60 -keyint_min 60 -sc_threshold 0 -bf 2 -b_strategy 0 -b:v 650k -maxrate 900k -bufsize 900k -threads 1 \
  -c:a aac -b:a 96k -ac 2 \
  -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
  -flvflags no_duration_filesize -f flv "$output"

echo "$output: $(wc -c <"$output") bytes"
