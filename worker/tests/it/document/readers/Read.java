import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.zip.*;

/** Lists the archives of a folder with both readers of the standard library. */
public class Read {
    interface Reader {
        List<String> read(File file) throws IOException;
    }

    public static void main(String[] arguments) {
        File[] files = new File(arguments[0]).listFiles();
        for (File file : files) {
            report("java.util.zip.ZipFile", file, Read::whole);
            report("java.util.zip.ZipInputStream", file, Read::stream);
        }
    }

    static void report(String name, File file, Reader reader) {
        String listing;
        try {
            listing = String.join(",", reader.read(file));
        } catch (IOException | IllegalArgumentException error) {
            listing = "refused";
        }
        System.out.println(name + "\t" + file.getName() + "\t" + listing);
    }

    static List<String> whole(File file) throws IOException {
        List<String> entries = new ArrayList<>();
        try (ZipFile archive = new ZipFile(file)) {
            for (ZipEntry entry : Collections.list(archive.entries())) {
                entries.add(describe(entry.getName(), archive.getInputStream(entry).readAllBytes()));
            }
        }
        return entries;
    }

    static List<String> stream(File file) throws IOException {
        List<String> entries = new ArrayList<>();
        try (ZipInputStream archive = new ZipInputStream(new FileInputStream(file))) {
            for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
                entries.add(describe(entry.getName(), archive.readAllBytes()));
            }
        }
        return entries;
    }

    static String describe(String name, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data);
        String text = HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
        return text + ":" + sum.getValue() + ":" + data.length;
    }
}
