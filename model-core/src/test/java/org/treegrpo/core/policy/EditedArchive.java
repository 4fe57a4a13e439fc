package org.treegrpo.core.policy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Changes the tensors of a TorchScript archive in ways that its writer does not offer. */
final class EditedArchive {

  private EditedArchive() {}

  /** The first tensor with {@code strides} becomes one with {@code others}. */
  static void restride(Path archive, int[] strides, int... others) throws IOException {
    edit(
        archive,
        pickle -> {
          int at = pickle.indexOf(integers(strides));
          String by = integers(others);
          return pickle.substring(0, at) + by + pickle.substring(at + by.length());
        });
  }

  /**
   * Parameter {@code second} becomes the same tensor as the one before it, as libtorch saves tied
   * ones.
   *
   * @param next the parameter after the second
   */
  static void tie(Path archive, String second, String next) throws IOException {
    edit(
        archive,
        pickle -> {
          int firstEnd = pickle.indexOf(name(second));
          int secondFrom = firstEnd + name(second).length();
          return pickle.substring(0, firstEnd)
              + "q\0" // remembered as number 0
              + name(second)
              + "h\0" // recalled
              + pickle.substring(pickle.indexOf(name(next), secondFrom));
        });
  }

  /** The first parameter with {@code strides} becomes one that requires no gradient. */
  static void freeze(Path archive, int... strides) throws IOException {
    edit(
        archive,
        pickle -> {
          int flag = pickle.indexOf(integers(strides)) + integers(strides).length();
          return pickle.substring(0, flag) + "\u0089" + pickle.substring(flag + 1);
        });
  }

  /** The first parameter becomes a float16 one; its values must be normal numbers of that type. */
  static void halve(Path archive) throws IOException {
    edit(archive, pickle -> pickle.replaceFirst("FloatStorage", "HalfStorage"));
    edit(archive, "/data/0", EditedArchive::halves);
  }

  private static String halves(String floats) {
    ByteBuffer in =
        ByteBuffer.wrap(floats.getBytes(StandardCharsets.ISO_8859_1))
            .order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocate(in.capacity() / 2).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      int bits = in.getInt();
      int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
      out.putShort((short) (((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff)));
    }
    return new String(out.array(), StandardCharsets.ISO_8859_1);
  }

  /** Whatever the pickle was, it is now this. */
  static void replacePickle(Path archive, String content) throws IOException {
    edit(archive, pickle -> content);
  }

  /** The archive says that it is of another version of the format. */
  static void version(Path archive, int version) throws IOException {
    edit(archive, "/version", written -> version + "\n");
  }

  private static void edit(Path archive, UnaryOperator<String> pickle) throws IOException {
    edit(archive, "/data.pkl", pickle);
  }

  private static void edit(Path archive, String name, UnaryOperator<String> edit)
      throws IOException {
    ByteArrayOutputStream edited = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(archive)));
        ZipOutputStream out = new ZipOutputStream(edited)) {
      out.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().endsWith(name)) {
          content =
              edit.apply(new String(content, StandardCharsets.ISO_8859_1))
                  .getBytes(StandardCharsets.ISO_8859_1);
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry written = new ZipEntry(entry.getName());
        written.setSize(content.length);
        written.setCompressedSize(content.length);
        written.setCrc(crc.getValue());
        out.putNextEntry(written);
        out.write(content);
        out.closeEntry();
      }
    }
    Files.write(archive, edited.toByteArray());
  }

  /** A tuple of 32-bit integers, as the writer pickles it. */
  private static String integers(int... values) {
    StringBuilder bytes = new StringBuilder("(");
    for (int value : values) {
      bytes.append('J').append(little(value));
    }
    return bytes.append('t').toString();
  }

  /** An attribute's name, as the writer pickles it. */
  private static String name(String name) {
    return "X" + little(name.length()) + name;
  }

  private static String little(int value) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes.append((char) (value >>> (8 * i) & 0xff));
    }
    return bytes.toString();
  }
}
