// `npm run bench -- peak`: what this adapter can do at most: multiply-adds, memory, dispatches, and the way there and back.

import { roofTable } from '../src/cli/bench/roof_table.ts';
import { openDevice } from '../src/runtime/device/device.ts';
import { measureRoof } from '../src/runtime/device/roof/roof.ts';
import { command, type Given, whole } from './command.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const flags = {
  rounds: { value: 'N', about: 'passes of each thing', default: '7' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  const rounds = whole('rounds', given.rounds);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const environment = environmentOf(given.driver, device.facts);
  const roof = await measureRoof(device, { rounds });
  process.stdout.write(`${describe(environment)}\n\n${roofTable(roof)}\n`);
  writeJson(given.json, { bench: 'peak', environment, roof });
  device.destroy();
  return true;
}

await command('peak', flags, bench);
