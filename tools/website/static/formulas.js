// Formulas that come after the page was made, in a live cell or a widget's
// label: MathJax is fetched with the first of them.
(() => {
  const folder = new URL("mathjax/", document.currentScript.src).href;
  let ready;

  const load = () => ready ??= new Promise((resolve, reject) => {
    window.MathJax = {
      loader: {
        load: ["input/tex", "output/chtml"],
        paths: { mathjax: folder.slice(0, -1), "mathjax-tex": `${folder}mathjax-tex` },
      },
      output: { font: "mathjax-tex", matchFontHeight: false },
      tex: { inlineMath: { "[+]": [["$", "$"]] } },
      startup: {
        typeset: false,
        ready() {
          MathJax.startup.defaultReady();
          Object.assign(MathJax, { Hub });
          resolve();
        },
      },
    };
    const script = document.createElement("script");
    Object.assign(script, { src: `${folder}startup.js`, onerror: reject });
    document.head.append(script);
  });

  window.typeset = async (element) => {
    if (!/\$|\\\(|\\\[/.test(element.textContent)) return;
    await load();
    await MathJax.typesetPromise([element]);
  };
  // The widgets' labels ask for MathJax 2's.
  const Hub = { Queue: ([, , element]) => { typeset(element).catch(console.warn); } };
  window.MathJax = { Hub };
})();
