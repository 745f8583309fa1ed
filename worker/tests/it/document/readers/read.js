const fs = require("fs");
const path = require("path");
const zlib = require("zlib");
const [library, folder] = process.argv.slice(1);
const reader = require(library);

const table = Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
function sum(data) {
  let value = 0xffffffff;
  for (const byte of data) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
const describe = (name, data) => `${Buffer.from(name).toString("hex")}:${sum(data)}:${data.length}`;

async function jszip(file) {
  const archive = await reader.loadAsync(fs.readFileSync(file), { checkCRC32: true });
  const entries = [];
  for (const entry of Object.values(archive.files)) {
    const data = entry.dir ? Buffer.alloc(0) : await entry.async("nodebuffer");
    entries.push(describe(entry.unsafeOriginalName ?? entry.name, data));
  }
  return entries;
}

function yauzl(file) {
  return new Promise((resolve, reject) => {
    reader.open(file, { lazyEntries: true }, (error, archive) => {
      if (error) return reject(error);
      const entries = [];
      archive.on("error", reject);
      archive.on("end", () => resolve(entries));
      archive.on("entry", (entry) => {
        archive.openReadStream(entry, (error, stream) => {
          if (error) return reject(error);
          const pieces = [];
          stream.on("error", reject);
          stream.on("data", (piece) => pieces.push(piece));
          stream.on("end", () => {
            entries.push(describe(entry.fileName, Buffer.concat(pieces)));
            archive.readEntry();
          });
        });
      });
      archive.readEntry();
    });
  });
}

(async () => {
  for (const name of fs.readdirSync(folder)) {
    let listing;
    try {
      listing = (await { jszip, yauzl }[library](path.join(folder, name))).join(",");
    } catch {
      listing = "refused";
    }
    console.log(`${library} (npm)\t${name}\t${listing}`);
  }
})();
