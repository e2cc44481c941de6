import { start } from "./js/editor/index.js";

/* Before app.js is at work on the page: what saves itself and counts must find the editors in place. */
start(document);
document.addEventListener("htmx:load", (event) => event.target !== document.body && start(event.target));
