/**
 * Where etcd is, out of `etcd://host:port,host:port`, and who asks there. Several addresses are
 * members of one cluster. User and password stand in the URL (percent-encoded) or in settings of
 * their own. No message of an error repeats the URL, which may carry the password.
 */
export interface EtcdPlace {
  /** `host:port` each. */
  endpoints: string[];
  login?: EtcdLogin;
}

export interface EtcdLogin {
  user: string;
  password: string;
}

const DEFAULT_PORT = 2379;

/** Throws RangeError when the URL names no host, or something that is none. */
export function parseEtcdUrl(url: string): EtcdPlace {
  const [, login, hosts = ''] = /^etcd:\/\/(?:([^@]*)@)?([^@/]+)\/?$/.exec(url) ?? [];
  const endpoints = hosts.split(',').map(endpointOf);
  return login === undefined ? { endpoints } : { endpoints, login: loginOf(login) };
}

function endpointOf(text: string): string {
  const address = `http://${text.trim()}`;
  if (text.trim() === '' || !URL.canParse(address)) throw new RangeError(NO_HOSTS);
  const { hostname, port, pathname, search, hash } = new URL(address);
  if (pathname !== '/' || search !== '' || hash !== '') throw new RangeError(NO_HOSTS);
  // URL leaves out the port 80, which is not etcd's usual one.
  const isGiven = /:\d+$/.test(text.trim());
  return `${hostname}:${port || (isGiven ? 80 : DEFAULT_PORT)}`;
}

function loginOf(text: string): EtcdLogin {
  const [, user = '', password] = /^([^:]*):(.*)$/.exec(text) ?? [];
  try {
    const login = { user: decodeURIComponent(user), password: decodeURIComponent(password ?? '') };
    if (login.user !== '' && login.password !== '') return login;
  } catch {
    // Not what percent-encoding gives: as wrong as a missing part.
  }
  throw new RangeError('must have user:password before the @, percent-encoded');
}

const NO_HOSTS = 'must be etcd://host:port, several with commas between them, and nothing behind';
