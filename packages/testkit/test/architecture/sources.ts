/** What a TypeScript source imports and uses, read from its syntax. */
import ts from 'typescript';

/** One thing that was found, and where. */
export interface Finding {
  readonly what: string;
  readonly line: number;
}

/** Parses one source. */
export function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
}

/** Every module a source names: import and export from, import types, dynamic import and require. */
export function importsOf(source: ts.SourceFile): Finding[] {
  const found: Finding[] = [];
  visit(source, (node) => {
    const name = importedName(node);
    if (name) found.push({ what: name.text, line: lineOf(source, name) });
  });
  return found;
}

/** Every use of what a pure package must not touch: timers, clocks, random, the environment, the console. */
export function impurities(source: ts.SourceFile): Finding[] {
  const found: Finding[] = [];
  visit(source, (node) => {
    const what = impurity(node);
    if (what) found.push({ what, line: lineOf(source, node) });
  });
  return found;
}

function importedName(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? literal(node.arguments[0]) : undefined;
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node && ts.isStringLiteralLike(node) ? node : undefined;
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    if (IMPURE_MEMBERS.has(name)) return name;
  }
  // `new Date(ms)` is a value, `new Date()` a clock.
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length)
    return 'new Date()';
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return 'Date()';
  if (ts.isIdentifier(node) && IMPURE_GLOBALS.has(node.text) && isUse(node)) return node.text;
  return undefined;
}

/** A name that is read, not one that is declared or stands behind a dot or before a colon. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  const isDeclaration =
    ts.isParameter(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isGetAccessorDeclaration(parent) ||
    ts.isFunctionDeclaration(parent);
  return !(isDeclaration && parent.name === node);
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random', 'import.meta']);

const IMPURE_GLOBALS = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame'],
  ...['performance', 'process', 'console', 'crypto', 'globalThis', 'require'],
  ...['fetch', 'WebSocket', 'EventSource', 'BroadcastChannel', 'MessageChannel', 'Worker'],
]);
