import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/**
 * Bundles an entry of the product, as the build does, into a folder of the
 * test's; gives the file's path. `version`: as if that were the extension's.
 */
export async function bundle(
  entry: string,
  folder: string,
  name: string,
  { version }: { version?: string } = {},
): Promise<string> {
  const outfile = join(folder, `${name}.js`);
  await build({
    entryPoints: [join(process.cwd(), entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    logLevel: "error",
    plugins: version === undefined ? [] : [asVersion(version)],
  });
  return outfile;
}

function asVersion(version: string): Plugin {
  return {
    name: "as-version",
    setup: (build) =>
      build.onLoad({ filter: /package\.json$/ }, ({ path }) => ({
        loader: "json",
        contents: JSON.stringify({
          ...(JSON.parse(readFileSync(path, "utf8")) as object),
          version,
        }),
      })),
  };
}
