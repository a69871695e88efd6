// `npm run drill -- NAME`: plays an incident on the app in this process. Exit code 0: alert and step were seen, 1: one was not, 2: no such drill.
import { drills, playDrill } from "./drills.ts";

const help = `npm run drill -- NAME

Plays an incident on the whole app in this process, with a simulated exchange, and shows that its alert comes and the runbook's step works.
${Object.entries(drills)
  .map(([name, { about }]) => `  ${name.padEnd(13)}${about}`)
  .join("\n")}`;

const [name, ...more] = process.argv.slice(2);
const drill = name !== undefined && more.length === 0 && Object.hasOwn(drills, name) ? drills[name] : undefined;
if (drill === undefined) {
  console.error(help);
  process.exitCode = name === "--help" ? 0 : 2;
} else process.exitCode = (await playDrill(drill, (line) => console.log(line))) ? 0 : 1;
