// What pages do besides being read: nothing here is needed to use them.
"use strict";
