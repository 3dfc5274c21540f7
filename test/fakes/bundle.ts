import { join } from "node:path";
import { build } from "esbuild";

/** Bundles an entry of the product, as the build does, into a folder of the test's; gives the file's path. */
export async function bundle(
  entry: string,
  folder: string,
  name: string,
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
  });
  return outfile;
}
