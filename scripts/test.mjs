// `npm test [-- --drivers a,b] [FILTER or vitest flags]`: sets up what is missing and runs every check; with a filter, only those tests.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTorch } from './apt.mjs';
import { build } from './build.mjs';
import { ensureChromium, ensureLavapipe, npmSwiftShaderIsHere } from './drivers.mjs';
import { root, say, tool } from './run.mjs';
import { setUp } from './setup.mjs';

const known = ['lavapipe', 'swiftshader', 'chromium', 'auto', 'none'];

const { drivers, rest } = parse(process.argv.slice(2));
setUp();
const missing = prepareDrivers();
if (missing.length > 0) {
  const others = drivers.filter((driver) => !missing.includes(driver)).join(',') || 'none';
  say(`run with --drivers ${others} to leave ${missing.join(' and ')} out`);
  close(0, missing.length);
}
process.env.CONVOKE_TEST_DRIVERS = drivers.join(',');

let failedChecks = 0;
const everything = rest.length === 0;
const noTorch = everything ? ensureTorch() : null;
if (noTorch) say(`torch is missing, and the test that needs it skips itself: ${noTorch}`);
if (everything) {
  check('biome', () => tool('biome', ['check', '--error-on-warnings', '.']));
  check('types', () => tool('tsc', ['--project', 'tsconfig.json']));
}
const tests = runTests();
if (everything) {
  const built = check('build', build);
  if (built) {
    check('publint', () => tool('publint', ['--strict']));
    check('types as published', () => tool('attw', ['--pack', '.', '--profile', 'esm-only', '--format', 'ascii']));
  }
  check('unused code', () => tool('knip', ['--no-progress']));
}
if (!existsSync(join(root, '../shared'))) {
  say('../shared is absent: tests that need its reference values, weights and photos skipped themselves');
}
close(tests.passed, tests.failed + failedChecks, tests.skipped);

function parse(args) {
  const at = args.findIndex((arg) => arg === '--drivers' || arg.startsWith('--drivers='));
  if (at < 0) return { drivers: known.slice(0, 3), rest: args };
  const inline = args[at].includes('=');
  const list = (inline ? args[at].slice('--drivers='.length) : (args[at + 1] ?? '')).split(',').filter(Boolean);
  const wrong = list.find((driver) => !known.includes(driver));
  if (list.length === 0 || wrong) {
    say(wrong ? `--drivers: '${wrong}' is none of ${known.join(', ')}` : `--drivers wants some of ${known.join(', ')}`);
    process.exit(2);
  }
  return { drivers: list, rest: args.toSpliced(at, inline ? 1 : 2) };
}

/** Returns the drivers that are not to be had, each reported in a line of its own. */
function prepareDrivers() {
  const reasons = {
    lavapipe: () => ensureLavapipe(),
    swiftshader: () => (npmSwiftShaderIsHere() ? null : '@sparticuz/chromium, which brings it, is for Linux x64 only'),
    chromium: () => {
      const { path, missing } = ensureChromium();
      if (path) process.env.CHROMIUM_PATH = path;
      return missing ?? null;
    },
  };
  return drivers.filter((driver) => {
    const reason = reasons[driver]?.();
    if (reason) say(`${driver} is missing: ${reason}`);
    return reason;
  });
}

function check(name, work) {
  say(`\n${name}`);
  const passed = work() === 0;
  if (!passed) {
    say(`${name}: failed`);
    failedChecks++;
  }
  return passed;
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'convoke-test-'));
  const file = join(folder, 'results.json');
  const code = tool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...rest]);
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  rmSync(folder, { recursive: true, force: true });
  const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = results;
  // A file that does not load, or a crash of the runner, fails no single test.
  return { passed, failed: code === 0 ? failed : Math.max(1, failed), skipped };
}

/** The last line is read by machines. */
function close(passed, failed, skipped = 0) {
  if (skipped > 0) say(`${skipped} skipped`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 ? 0 : 1);
}
