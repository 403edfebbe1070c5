/** Starts every module once; each finds its own elements and survives their being swapped. */
import "./announce.js";
import "./clock.js";
import "./connection.js";
import "./dialog.js";
import "./feed.js";
import "./keys.js";
import "./queue.js";
import "./record.js";
import "./undo.js";
