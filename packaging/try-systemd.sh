#!/bin/bash
# Boots systemd in a container of its own and runs two relays by longhaul@.service there: link, stream, reload, crash, bad
# config, stop. Root on Debian with systemd-container and mmdebstrap; touches no service, no port and no user of the host.
#
#   npm run package -- --out /tmp/longhaul && packaging/try-systemd.sh /tmp/longhaul CLIP.flv
set -euo pipefail
tree=$(realpath "${1:?which tree? npm run package -- --out DIR makes one}")
clip=$(realpath "${2:-packages/cli/sample/sample.flv}")
work=$(mktemp -d)
root=$work/root
failures=0

check() { # NAME COMMAND...: prints ok or not ok
  if "${@:2}"; then echo "ok: $1"; else echo "NOT OK: $1"; failures=$((failures + 1)); fi
}
inside() { env --unset=NODE_EXTRA_CA_CERTS nsenter --target "$init" --all "$@"; }
property() { inside systemctl show --property "$2" --value "longhaul@$1"; }
journal() { inside journalctl --no-pager --output cat --unit "longhaul@$1"; }
await() { # SECONDS COMMAND...: waits until it succeeds
  for ((i = $1 * 10; i > 0; i--)); do "${@:2}" && return 0; sleep 0.1; done
  return 1
}
logged() { journal "$1" | grep -q "$2"; }
is() { [ "$1" = "$2" ]; }

echo "making a Debian with systemd in $work ..."
mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,libstdc++6 bookworm "$root" 2> "$work/debian.log"
install -D "$(readlink -f "$(command -v node)")" "$root/usr/bin/node"
cp -r "$tree" "$root/opt/longhaul"
cp "$clip" "$root/opt/clip.flv"
printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
install -D -m 644 "$tree/systemd/longhaul@.service" -t "$root/etc/systemd/system"
install -D -m 644 "$tree/systemd/longhaul.sysusers.conf" "$root/etc/sysusers.d/longhaul.conf"
mkdir "$root/etc/longhaul"
"$tree/bin/longhaul" certs "$root/etc/longhaul/certs" --name edge --name center > "$work/certs.log" 2>&1
tls() { echo "tls: { certificate: certs/$1.pem, key: certs/$1-key.pem, authorities: certs/ca.pem }"; }
cat > "$root/etc/longhaul/edge.yaml" <<YAML
relay: { id: edge, role: edge }
rtmp: { listen: "[::]:1935", publish: { tokens: [secret] } }
link: { listen: "[::]:4433", $(tls edge) }
YAML
cat > "$root/etc/longhaul/center.yaml" <<YAML
relay: { id: center, role: center }
http: { listen: 127.0.0.1:8080 }
link: { peers: [{ name: edge, url: "quic://localhost:4433" }], $(tls center) }
YAML
sed 's/^rtmp:/rtnp:/' "$root/etc/longhaul/edge.yaml" > "$root/etc/longhaul/bad.yaml"

systemd-nspawn --quiet --register=no --keep-unit --private-network --console=pipe --boot --directory "$root" \
  < /dev/null > "$work/boot.log" 2>&1 &
nspawn=$!
init=
trap 'kill -TERM ${init:+-37} $nspawn 2> /dev/null || true; wait $nspawn 2> /dev/null || true; rm -rf "$work"' EXIT
find_init() { init=$(pgrep --parent "$nspawn") && inside test -S /run/systemd/private; }
await 20 find_init || { echo "systemd did not boot:"; cat "$work/boot.log"; exit 1; }
inside systemd-sysusers
inside sh -c 'chown -R root:longhaul /etc/longhaul && chmod -R u=rwX,g=rX,o= /etc/longhaul'

inside systemctl start longhaul@edge longhaul@center
check 'the link is open, dialled by name' await 15 logged center 'link open'
pid=$(property edge MainPID)
status() { inside sed -n "s/^$1:\t*//p" "/proc/$pid/status"; }
check 'no capabilities' is "$(status CapEff)$(status CapBnd)" 00000000000000000000000000000000
check 'no new privileges' is "$(status NoNewPrivs)" 1
check 'system calls are filtered' is "$(status Seccomp)" 2
check 'not root' test "$(status Uid | cut -f 1)" -ne 0
inside nsenter --target "$pid" --mount sh -c '! touch /etc/x && ! touch /opt/longhaul/x && touch /var/lib/longhaul/edge/x' 2> /dev/null
check 'only its own directory is writable' test -e "$root/var/lib/longhaul/edge/x"
inside timeout 30 /opt/longhaul/bin/longhaul publish /opt/clip.flv 'rtmp://[::1]:1935/live/a?token=secret' --loop 2> "$work/publish.log" &
publisher=$!
check 'a stream crosses' inside timeout 20 /opt/longhaul/bin/longhaul play http://127.0.0.1:8080/live/a.flv -o /dev/null --duration 3
kill $publisher 2> /dev/null || true
sed -i 's/role: center/region: x, role: center/' "$root/etc/longhaul/center.yaml"
inside systemctl reload longhaul@center || true
check 'reload applies' await 5 logged center 'reloaded: applied relay.region'
inside systemctl kill --signal=KILL longhaul@edge
restarted() { is "$(property edge NRestarts)" 1 && is "$(journal center | grep -c '"link open"')" 2; }
check 'a killed relay is back and linked' await 15 restarted
inside systemctl start longhaul@bad || true
failed() { is "$(property bad ActiveState)" failed; }
check 'a bad config ends it' await 10 failed
check 'and is not tried again' is "$(property bad NRestarts) $(property bad ExecMainStatus)" '0 2'
check 'the journal says what to write' logged bad 'did you mean rtmp?'
inside systemctl stop longhaul@center longhaul@edge
check 'stop drains' is "$(property edge ExecMainStatus) $(property edge Result)" '0 success'
inside systemd-analyze security --no-pager longhaul@edge.service | tail -n 1
echo "$failures not ok"
[ "$failures" -eq 0 ]
