// A genuine document of any size: a small one with a large picture that is stored as it is.

import { createHash, randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

const BLOCK = 1024 * 1024;
const TYPES = `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>`;
const RELATIONSHIPS = `<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>`;
const TEXT = `<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Large</w:t></w:r></w:p></w:body></w:document>`;

/** A part of random bytes, of which all but the first block are the same. */
function picture(size) {
  const block = randomBytes(BLOCK);
  return Array.from({ length: Math.ceil(size / BLOCK) }, (_, index) => (index === 0 ? randomBytes(BLOCK) : block));
}

/** The fields of a part that its two headers have in common (APPNOTE.TXT of ZIP, 4.3.7 and 4.3.12). */
function fieldsOf({ name, blocks }) {
  const size = blocks.reduce((sum, block) => sum + block.length, 0);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(blocks.reduce((sum, block) => crc32(block, sum), 0), 10);
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function localHeader({ name }, fields) {
  return Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name)]);
}

function centralHeader({ name }, fields, offset) {
  const madeBy = Buffer.from([20, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from("PK\x01\x02"), madeBy, fields, rest, Buffer.from(name)]);
}

function end(count, size, offset) {
  const fields = Buffer.alloc(18);
  fields.writeUInt16LE(count, 4);
  fields.writeUInt16LE(count, 6);
  fields.writeUInt32LE(size, 8);
  fields.writeUInt32LE(offset, 12);
  return Buffer.concat([Buffer.from("PK\x05\x06"), fields]);
}

/** Writes a document of about `size` bytes to `path`; its size and its SHA-256. */
export async function writeLargeDocument(path, size) {
  const parts = [
    { name: "[Content_Types].xml", blocks: [Buffer.from(TYPES)] },
    { name: "_rels/.rels", blocks: [Buffer.from(RELATIONSHIPS)] },
    { name: "word/document.xml", blocks: [Buffer.from(TEXT)] },
    { name: "word/media/image1.png", blocks: picture(size) },
  ];
  const file = await open(path, "w");
  const digest = createHash("sha256");
  let offset = 0;
  const write = async (bytes) => {
    await file.write(bytes);
    digest.update(bytes);
    offset += bytes.length;
  };
  const headers = [];
  for (const part of parts) {
    const fields = fieldsOf(part);
    headers.push(centralHeader(part, fields, offset));
    await write(localHeader(part, fields));
    for (const block of part.blocks) await write(block);
  }
  const directory = Buffer.concat(headers);
  const start = offset;
  await write(directory);
  await write(end(parts.length, directory.length, start));
  await file.close();
  return { size: offset, sha256: digest.digest("hex") };
}
