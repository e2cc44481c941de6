import { start } from "./js/charts/index.js";

start(document);
