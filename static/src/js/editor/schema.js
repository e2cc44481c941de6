/* What a text may hold: the same as the server keeps (apps/core/rich_text.py), and nothing more. */
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { Italic } from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Table } from "@tiptap/extension-table/table";
import { TableCell } from "@tiptap/extension-table/cell";
import { TableHeader } from "@tiptap/extension-table/header";
import { TableRow } from "@tiptap/extension-table/row";
import { Text } from "@tiptap/extension-text";
import { Underline } from "@tiptap/extension-underline";
import { Dropcursor, Gapcursor, UndoRedo } from "@tiptap/extensions";

/* No widths and no alignment: they are drawn in style attributes, which our pages do not allow. */
const spans = { addAttributes: () => ({ colspan: { default: 1 }, rowspan: { default: 1 } }) };
const PlainTable = Table.extend({ renderHTML: () => ["table", ["tbody", 0]] }).configure({ View: null, resizable: false });
/* A list counts from one: the server keeps no other number. */
const PlainOrderedList = OrderedList.extend({ addAttributes: () => ({}) });

export const extensions = [
  Document, Text, Paragraph, HardBreak, Bold, Italic, Underline,
  Heading.configure({ levels: [3, 4] }),
  BulletList, PlainOrderedList, ListItem, ListKeymap,
  PlainTable, TableRow, TableCell.extend(spans), TableHeader.extend(spans),
  UndoRedo.configure({ newGroupDelay: 700 }), Dropcursor, Gapcursor,
];
