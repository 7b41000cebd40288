// The widgets' labels ask for MathJax 2's Hub; give it MathJax 3's way.
if (window.MathJax && !MathJax.Hub)
  MathJax.Hub = {
    Queue: (call) =>
      MathJax.startup.promise.then(() => MathJax.typesetPromise([call[2]])),
  };
