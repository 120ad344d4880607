/** The arrows of the design, section 2, and who must be pure. */
import { type Finding, importsOf, impurities, parse } from './sources.js';

/** A package as the rules see it. */
export interface PackageSources {
  /** Without the scope: `core`. */
  readonly name: string;
  /** Names in `dependencies` and those in `devDependencies`. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Sources by path from the package's directory: `src/index.ts`. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What each package may import of ours. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  flv: [],
  wire: [],
  transport: [],
  core: ['wire', 'transport'],
  quic: ['transport'],
  tcp: ['quic', 'transport'],
  h2: ['quic', 'tcp', 'transport'],
  relay: ['core', 'flv', 'wire', 'quic', 'tcp', 'h2', 'transport'],
  cli: ['relay', 'core', 'flv', 'quic'],
  testkit: ['transport', 'core'],
  netem: [],
  bench: ['cli', 'netem', 'relay', 'core', 'flv', 'wire', 'quic', 'tcp', 'transport', 'testkit'],
};

/** Packages that hold no timer, socket, clock, random, environment or logger, and all they may import from outside. */
export const PURE: Readonly<Record<string, readonly string[]>> = {
  flv: ['node:crypto'],
  wire: ['protobufjs', 'protobufjs/minimal.js'],
  transport: [],
  core: [],
};

/** What compares values and throws touches nothing. */
const HARMLESS = ['node:assert', 'node:assert/strict'];

/** Every breach of the rules, as lines that name file, line and rule. */
export function breaches(packages: readonly PackageSources[]): string[] {
  return packages.flatMap((each) => [...manifestBreaches(each), ...sourceBreaches(each)]);
}

function manifestBreaches({ name, dependencies, devDependencies }: PackageSources): string[] {
  const allowed = ARROWS[name];
  if (!allowed)
    return [`${name}: the design does not know this package: give it arrows here and in the design`];
  const ours = (names: readonly string[]) => names.flatMap((each) => ourName(each) ?? []);
  return [
    ...ours(dependencies)
      .filter((each) => !allowed.includes(each))
      .map((each) => `${name}/package.json: depends on ${each}, no arrow leads there`),
    ...ours(devDependencies)
      .filter((each) => each !== 'testkit' && !allowed.includes(each))
      .map((each) => `${name}/package.json: its tests depend on ${each}, only testkit is free for all`),
  ];
}

function sourceBreaches(each: PackageSources): string[] {
  return [...each.sources].flatMap(([path, text]) => {
    const source = parse(path, text);
    const tell = (finding: Finding, rule: string) =>
      `${each.name}/${path}:${finding.line}: ${finding.what}: ${rule}`;
    const imports = importsOf(source).flatMap((found) => {
      const rule = importBreach(each, path, found.what);
      return rule ? [tell(found, rule)] : [];
    });
    if (!PURE[each.name]) return imports;
    return [
      ...imports,
      ...impurities(source).map((found) => tell(found, 'a pure package takes it as an argument')),
    ];
  });
}

/** The rule that importing `module` in the file at `path` breaks. */
function importBreach(each: PackageSources, path: string, module: string): string | undefined {
  // `imports` of package.json: inside the package by definition.
  if (module.startsWith('#')) return undefined;
  if (module.startsWith('.')) {
    return staysInSources(path, module) ? undefined : 'it leaves src: import the package by its name';
  }
  const ours = ourName(module);
  if (ours) {
    if (!ARROWS[each.name]?.includes(ours)) return 'no arrow leads there';
    return each.dependencies.includes(`@longhaul/${ours}`) ? undefined : 'it is not in dependencies';
  }
  const outside = PURE[each.name];
  return !outside || HARMLESS.includes(module) || outside.includes(module)
    ? undefined
    : 'a pure package imports nothing from outside';
}

function staysInSources(path: string, module: string): boolean {
  const { pathname } = new URL(module, `file:///package/${path}`);
  return pathname.startsWith('/package/src/');
}

/** `core` of `@longhaul/core/anything`; undefined for what is not ours. */
function ourName(module: string): string | undefined {
  return /^@longhaul\/([^/]+)/.exec(module)?.[1];
}
