// Before the first paint: the theme and the language that were chosen on this device, if any.
(function () {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('ored.theme');
    const language = localStorage.getItem('ored.language') || navigator.language;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    root.lang = /^fr\b/i.test(language) ? 'fr' : 'en';
  } catch {
    // A browser that refuses storage gets the system's theme and its own language.
    root.lang = /^fr\b/i.test(navigator.language) ? 'fr' : 'en';
  }
})();
