// CPU time of a process with all its descendants, from Linux's /proc.

import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly parent: number;
  readonly cpuMs: number;
}

/** Linux counts hundredths of a second, whatever the machine. */
const TICK_MS = 10;

/** User and system time of all threads, of children that have ended too; NaN where there is no /proc. */
export function treeCpuMs(pid: number): number {
  const processes = readAll();
  if (!processes.has(pid)) return Number.NaN;
  const children = (of: number) => [...processes.keys()].filter((child) => processes.get(child)!.parent === of);
  const sum = (of: number): number =>
    children(of).reduce((total, child) => total + sum(child), processes.get(of)!.cpuMs);
  return sum(pid);
}

function readAll(): Map<number, Process> {
  const found = new Map<number, Process>();
  if (process.platform !== 'linux') return found;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      found.set(Number(entry), parseStat(readFileSync(`/proc/${entry}/stat`, 'utf8')));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return found;
}

/** A line of /proc/PID/stat. The program's name stands in parentheses and may hold some itself; fields are counted behind it. */
export function parseStat(line: string): Process {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), cpuMs: TICK_MS * (user! + system! + childrenUser! + childrenSystem!) };
}
