package org.treegrpo.core.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a {@link ScriptModule} as a TorchScript archive: a stored zip with the source of the
 * classes under {@code code/}, a pickle of the attributes in {@code data.pkl} and the tensors'
 * bytes under {@code data/}.
 */
public final class TorchScriptArchive {

  private static final String ROOT = "archive/";
  private static final byte[] EMPTY_TUPLE_PICKLE = {(byte) 0x80, 2, ')', '.'};

  private TorchScriptArchive() {}

  /** Writes the archive to a file, replacing it. */
  public static void write(ScriptModule module, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      write(module, out);
    }
  }

  /** Writes the archive to a stream, which stays open. */
  public static void write(ScriptModule module, OutputStream out) throws IOException {
    ModulePickler pickler = new ModulePickler();
    byte[] data = pickler.pickle(module);
    ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    zip.setMethod(ZipOutputStream.STORED);
    entry(zip, "data.pkl", data);
    entry(zip, "code/__torch__.py", source(module).getBytes(StandardCharsets.UTF_8));
    List<float[]> storages = pickler.storages();
    for (int i = 0; i < storages.size(); i++) {
      entry(zip, "data/" + i, littleEndian(storages.get(i)));
    }
    entry(zip, "constants.pkl", EMPTY_TUPLE_PICKLE);
    entry(zip, "version", "10\n".getBytes(StandardCharsets.UTF_8));
    entry(zip, "byteorder", "little".getBytes(StandardCharsets.UTF_8));
    zip.finish();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] littleEndian(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static String source(ScriptModule root) {
    Map<String, String> classes = new LinkedHashMap<>();
    collect(root, classes);
    return String.join("", classes.values());
  }

  /** Classes in the order in which libtorch can resolve them: children before their parent. */
  private static void collect(ScriptModule module, Map<String, String> classes) {
    module.children().values().forEach(child -> collect(child, classes));
    String text = classSource(module);
    String earlier = classes.putIfAbsent(module.className(), text);
    if (earlier != null && !earlier.equals(text)) {
      throw new IllegalArgumentException(
          "two modules of class " + module.className() + " differ in attributes or methods");
    }
  }

  private static String classSource(ScriptModule module) {
    List<String> lines = new ArrayList<>();
    lines.add("class " + module.className() + "(Module):");
    lines.add("  __parameters__ = " + names(module.parameters()));
    lines.add("  __buffers__ = " + names(module.buffers()));
    module.parameters().keySet().forEach(name -> lines.add("  " + name + " : Tensor"));
    module.buffers().keySet().forEach(name -> lines.add("  " + name + " : Tensor"));
    lines.add("  training : bool");
    module
        .children()
        .forEach((name, child) -> lines.add("  " + name + " : __torch__." + child.className()));
    module.methods().lines().forEach(line -> lines.add("  " + line));
    return String.join("\n", lines) + "\n";
  }

  private static String names(Map<String, ScriptModule.Tensor> tensors) {
    return tensors.keySet().stream()
        .map(name -> "\"" + name + "\", ")
        .collect(Collectors.joining("", "[", "]"));
  }
}
