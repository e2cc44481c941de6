import "htmx.org";
import { start as autosave } from "./js/autosave.js";
import { start as confirm } from "./js/confirm.js";
import { start as counter } from "./js/counter.js";
import { start as drop } from "./js/drop.js";
import { start as errors } from "./js/errors.js";
import { start as filters } from "./js/filters.js";
import { start as formset } from "./js/formset.js";
import { start as guard } from "./js/guard.js";
import { start as menu } from "./js/menu.js";
import { start as partsOf } from "./js/parts.js";
import { start as password } from "./js/password.js";
import { start as print } from "./js/print.js";
import { start as tabs } from "./js/tabs.js";
import { start as uploads } from "./js/uploads.js";

/* Every part improves markup that already works; what htmx brings in later is improved in the same way. */
const parts = [confirm, counter, drop, errors, filters, formset, password, print, partsOf, tabs, uploads, autosave, guard, menu];
const improve = (root) => parts.forEach((start) => start(root));

document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => improve(document)); // after a page's own scripts, which may bring fields of their own
document.addEventListener("htmx:load", (event) => event.target !== document.body && improve(event.target));
