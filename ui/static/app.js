// The console's small conveniences. Every page works without them.
import { alerts } from "./alerts.js";
import { calls } from "./calls.js";
import { connection } from "./connection.js";
import { drafts } from "./drafts.js";
import { forms } from "./forms.js";
import { keyboard } from "./keyboard.js";
import { lists } from "./lists.js";
import { live } from "./live.js";
import { looks } from "./looks.js";
import { menus } from "./menus.js";
import { partial } from "./partial.js";
import { printing } from "./printing.js";
import { reminders } from "./reminders.js";
import { search } from "./search.js";
import { scripts } from "./scripts.js";
import { session } from "./session.js";
import { unsaved } from "./unsaved.js";
import "./passwords.js";

connection();
forms();
keyboard();
lists();
menus();
looks();
printing();
search();
scripts();
session();
alerts();
reminders();
live();
calls();
partial();
drafts();
unsaved();
// A part of the page that htmx has put in brings its own textarea.
document.addEventListener("htmx:afterSettle", drafts);
