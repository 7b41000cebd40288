// What moves the experiments of a page is fetched when the first comes near.
(() => {
  const views = document.querySelectorAll("script[type='application/vnd.jupyter.widget-view+json']");
  const source = new URL("widgets/embed.js", document.currentScript.src);
  const load = () => {
    near.disconnect();
    removeEventListener("beforeprint", load);
    document.head.append(Object.assign(document.createElement("script"), { src: source }));
  };
  const near = new IntersectionObserver((seen) => {
    if (seen.some((place) => place.isIntersecting)) load();
  }, { rootMargin: "100% 0px" });
  for (const view of views) near.observe(view.parentElement);
  addEventListener("beforeprint", load);
})();
