// Initiates the replica set, and makes the users or brings their rights up to date; as often as you like.
// The names and passwords of users are those in the connection strings that the programs get.
const fs = require("fs");
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
const LOCAL = "mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=10000";
const ALREADY_INITIALIZED = 23;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const DEADLINE_MS = 60000;

// Only the first time: afterwards the server refuses whoever has not logged in.
let admin = connect(LOCAL).getSiblingDB("admin");
try {
  admin.runCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] } });
} catch (error) {
  if (![ALREADY_INITIALIZED, UNAUTHORIZED].includes(error.code)) throw error;
}

const deadline = Date.now() + DEADLINE_MS;
while (!admin.hello().isWritablePrimary) {
  if (Date.now() > deadline) throw new Error("there is no primary after a minute: look at the log of mongo");
  sleep(200);
}

const password = secret("mongo_admin_password");
try {
  admin.createUser({ user: "admin", pwd: password, roles: ["root"] });
} catch (error) {
  // It is there already.
  if (error.code !== UNAUTHORIZED) throw error;
}
const credentials = `admin:${encodeURIComponent(password)}@`;
try {
  admin = connect(LOCAL.replace("mongodb://", `mongodb://${credentials}`)).getSiblingDB("admin");
} catch (error) {
  if (error.code !== AUTHENTICATION_FAILED) throw error;
  throw new Error("the database was made with another mongo_admin_password: put that file back into secrets");
}
const dossier = admin.getSiblingDB("dossier");

const { role, privileges, roles } = JSON.parse(fs.readFileSync("/deploy/role.json", "utf8"));
if (dossier.getRole(role)) {
  dossier.updateRole(role, { privileges, roles });
} else {
  dossier.createRole({ role, privileges, roles });
}

const users = [
  { uri: secret("mongodb_uri"), roles: [role] },
  { uri: secret("mongodb_migrate_uri"), roles: ["readWrite", "dbAdmin"] },
];
for (const { uri, roles } of users) {
  const [, user, pwd] = uri.match(/^mongodb:\/\/([^:@/]+):([^@/]+)@/).map((part) => decodeURIComponent(part));
  if (dossier.getUser(user)) {
    dossier.updateUser(user, { pwd, roles });
  } else {
    dossier.createUser({ user, pwd, roles });
  }
}
print("the replica set and its users are ready");
