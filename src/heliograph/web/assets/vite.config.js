import { defineConfig } from "vite";

// What every page needs, and apart from it what only some load: the chart, the curve, the editor.
export default defineConfig({
  base: "/static/dist/",
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Nothing may become a data: address or an inline script: the pages forbid both.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["src/main.js", "src/chart.js", "src/curve.js", "src/upload.js", "src/editor.js"] },
  },
});
