/** What Node says of a socket or of TLS, as a `TransportError`. */
import { TransportError, type TransportErrorCode } from '@longhaul/transport';

/** The error of a connection to `who`. */
export function of(cause: Error, who: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const name = (cause as NodeJS.ErrnoException).code ?? '';
  return new TransportError(codeOf(name), `${who}: ${wordsOf(name, cause)}`, { cause });
}

function codeOf(name: string): TransportErrorCode {
  if (name === 'ECONNREFUSED' || name.includes('NO_APPLICATION_PROTOCOL')) return 'LH_TRANSPORT_REFUSED';
  if (name === 'ETIMEDOUT') return 'LH_TRANSPORT_TIMEOUT';
  return isTls(name) ? 'LH_TRANSPORT_TLS' : 'LH_TRANSPORT_IO';
}

/** OpenSSL's own codes, those of Node's TLS, and those of certificates (X509_V_ERR_* without its prefix). */
function isTls(name: string): boolean {
  return /^ERR_(SSL|TLS|OSSL)|CERT|SIGNATURE|^(UNABLE_TO|INVALID_|HOSTNAME_)/.test(name);
}

function wordsOf(name: string, cause: Error): string {
  const alert = /ALERT_([A-Z_]+)$/.exec(name)?.[1];
  if (alert !== undefined) return `it refused us: ${alert.toLowerCase().replaceAll('_', ' ')}`;
  return isTls(name) && !name.startsWith('ERR_') ? `its certificate: ${plain(name)}` : cause.message;
}

/** What OpenSSL says of a certificate, in the words of the QUIC transport. */
export function plain(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'expired';
    case 'CERT_NOT_YET_VALID':
      return 'not valid yet';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
      return 'not signed by an authority we trust';
    default:
      return code.toLowerCase().replaceAll('_', ' ');
  }
}
