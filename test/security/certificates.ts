/**
 * Certificates for tests, made by openssl: an authority, a server's (for `localhost` and 127.0.0.1)
 * and a client's of it, and another authority that signed neither.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Pair {
  certificate: string;
  key: string;
}

/** Paths of PEM files. */
export interface Certificates {
  authority: string;
  otherAuthority: string;
  server: Pair;
  /** Signed as well, for a host that nobody here is. */
  strange: Pair;
  client: Pair;
}

export function makeCertificates(folder: string): Certificates {
  const openssl = (...args: string[]) => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const file = (name: string) => join(folder, name);

  function makeAuthority(name: string): string {
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    openssl('req', '-x509', ...newKey, ...subject, '-keyout', `${name}.key`, '-out', `${name}.pem`);
    return file(`${name}.pem`);
  }

  function makePair(name: string, extensions: string): Pair {
    writeFileSync(file(`${name}.ext`), extensions);
    const subject = ['-subj', `/CN=${name}`];
    openssl('req', ...newKey, ...subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'];
    const into = ['-extfile', `${name}.ext`, '-out', `${name}.pem`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', ...into);
    return { certificate: file(`${name}.pem`), key: file(`${name}.key`) };
  }

  return {
    authority: makeAuthority('authority'),
    otherAuthority: makeAuthority('other'),
    server: makePair('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n'),
    strange: makePair('strange', 'subjectAltName=DNS:somebody-else.example\n'),
    client: makePair('client', 'extendedKeyUsage=clientAuth\n'),
  };
}
