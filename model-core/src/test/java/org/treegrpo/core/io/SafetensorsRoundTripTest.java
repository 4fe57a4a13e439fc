package org.treegrpo.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;

class SafetensorsRoundTripTest {

  @TempDir Path directory;

  private static SafetensorsReader reading(ByteArrayOutputStream bytes) throws IOException {
    return SafetensorsReader.open(new BytesSource("test", bytes.toByteArray()));
  }

  @Property(tries = 200)
  void everyBitPatternOfF32ComesBackWhateverTheSlices(
      @ForAll @Size(max = 5) List<@Size(max = 40) int[]> tensors,
      @ForAll @IntRange(min = 1, max = 7) int slice)
      throws IOException {
    List<Declaration> declarations = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      declarations.add(
          new Declaration("tensor." + i, DType.F32, new long[] {1, tensors.get(i).length}));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SafetensorsWriter writer = new SafetensorsWriter(bytes, declarations, Map.of());
    for (int i = 0; i < tensors.size(); i++) {
      float[] values = floats(tensors.get(i));
      for (int done = 0; done < values.length; done += slice) {
        writer.write("tensor." + i, values, done, Math.min(slice, values.length - done));
      }
    }
    writer.finish();
    try (SafetensorsReader reader = reading(bytes)) {
      for (int i = tensors.size() - 1; i >= 0; i--) {
        assertThat(rawBits(reader.readFloat32("tensor." + i)))
            .as("bits of tensor %d, read backwards", i)
            .containsExactly(rawBits(floats(tensors.get(i))));
      }
    }
  }

  @Test
  void convertsMoreThanOneChunk() throws IOException {
    int count = 3 * (1 << 18) + 5;
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i % 2048;
    }
    for (DType dtype : List.of(DType.F64, DType.F32, DType.F16)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      SafetensorsWriter writer =
          new SafetensorsWriter(
              bytes, List.of(new Declaration("a", dtype, new long[] {count})), Map.of());
      writer.write("a", values, 0, count);
      writer.finish();
      assertThat(reading(bytes).readFloat32("a")).as("values as %s", dtype).isEqualTo(values);
    }
  }

  @Test
  void padsTheHeaderSoThatDataIsAligned() throws IOException {
    for (int length = 1; length < 20; length++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new SafetensorsWriter(
              bytes,
              List.of(new Declaration("x".repeat(length), DType.F32, new long[0])),
              Map.of("k", "v"))
          .write("x".repeat(length), new float[] {1}, 0, 1);
      assertThat((bytes.size() - 4) % 8).as("start of the data").isZero();
      assertThat(reading(bytes).metadata()).as("metadata").containsEntry("k", "v");
    }
  }

  @Test
  void givesTheSameBytesForTheSameContent() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SafetensorsWriter writer =
        new SafetensorsWriter(
            bytes,
            List.of(new Declaration("w", DType.F32, new long[] {1})),
            Map.of("b", "2", "a", "1"));
    writer.write("w", new float[] {1.5f}, 0, 1);
    writer.finish();
    String header =
        "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    header += " ".repeat((8 - header.length() % 8) % 8);
    assertThat(bytes.toByteArray())
        .as("the whole file")
        .isEqualTo(SafetensorsBytes.of(header, (byte) 0, (byte) 0, (byte) 0xc0, (byte) 0x3f));
  }

  @Test
  void narrowsF64AndRefusesWhatFloat32CannotHold() throws IOException {
    String header = "{\"a\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}";
    byte[] good = doubles(0.1, Double.NEGATIVE_INFINITY, Double.NaN);
    assertThat(SafetensorsBytes.open(header, good).readFloat32("a"))
        .as("rounded to nearest; infinity and NaN pass")
        .containsExactly(0.1f, Float.NEGATIVE_INFINITY, Float.NaN);
    byte[] bad = doubles(1, 1e39, 2);
    assertThatThrownBy(() -> SafetensorsBytes.open(header, bad).readFloat32("a"))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("range of float32")
        .hasMessageContaining("element at 1");
  }

  @Test
  void refusesToReadIntegersAsFloats() throws IOException {
    for (DType dtype : DType.values()) {
      if (dtype.isFloating()) {
        continue;
      }
      String header =
          "{\"a\":{\"dtype\":\"%s\",\"shape\":[],\"data_offsets\":[0,%d]}}"
              .formatted(dtype, dtype.bytes());
      SafetensorsReader reader = SafetensorsBytes.open(header, new byte[dtype.bytes()]);
      assertThatThrownBy(() -> reader.readFloat32("a"))
          .as("%s is no float", dtype)
          .isInstanceOf(SafetensorsException.class);
    }
  }

  @Test
  void refusesAFiniteValueThatTheDtypeCannotHold() throws IOException {
    SafetensorsWriter writer =
        new SafetensorsWriter(
            new ByteArrayOutputStream(),
            List.of(new Declaration("a", DType.F16, new long[] {2})),
            Map.of());
    assertThatThrownBy(() -> writer.write("a", new float[] {1, 70000}, 0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("70000");
  }

  @Test
  void writerKeepsToItsDeclarations() throws IOException {
    List<Declaration> two =
        List.of(
            new Declaration("a", DType.F32, new long[] {2}),
            new Declaration("none", DType.F32, new long[] {0}),
            new Declaration("b", DType.F32, new long[] {1}));
    SafetensorsWriter writer = new SafetensorsWriter(new ByteArrayOutputStream(), two, Map.of());
    float[] values = new float[3];
    assertThatThrownBy(() -> writer.write("b", values, 0, 1)).hasMessageContaining("'a' comes");
    assertThatThrownBy(() -> writer.write("a", values, 0, 3)).hasMessageContaining("room for 8");
    writer.write("a", values, 0, 2);
    assertThatThrownBy(writer::finish).hasMessageContaining("'b' still lacks 4 bytes");
    writer.write("b", values, 0, 1);
    writer.finish();
    assertThatThrownBy(() -> writer.write("b", values, 0, 1))
        .hasMessageContaining("every declared");
    assertThatThrownBy(
            () ->
                new SafetensorsWriter(
                    new ByteArrayOutputStream(), List.of(two.get(0), two.get(0)), Map.of()))
        .hasMessageContaining("unique");
  }

  @Test
  void namesATensorThatIsNotThere() throws IOException {
    assertThatThrownBy(() -> SafetensorsBytes.open("{}").readFloat32("w"))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("must hold a tensor 'w'");
  }

  @Test
  void readsTensorsBeyondTwoGigabytes() throws IOException {
    Path file = directory.resolve("big.safetensors");
    long big = 6_000_000_000L;
    String header =
        """
        {"big":{"dtype":"F16","shape":[3,1000000000],"data_offsets":[0,%1$d]},\
        "tail":{"dtype":"F32","shape":[2],"data_offsets":[%1$d,%2$d]}}"""
            .formatted(big, big + 8);
    byte[] head = header.getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(SafetensorsBytes.of(head));
      sparse.seek(8 + head.length + big);
      sparse.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(-2).array());
    }
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.readFloat32("tail")).as("behind 6 GB").containsExactly(1, -2);
      assertThatThrownBy(() -> reader.readFloat32("big"))
          .as("longer than an array")
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("fewer than 2^31");
    }
  }

  @Test
  void declaresTensorsBeyondTwoGigabytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new SafetensorsWriter(
        bytes,
        List.of(
            new Declaration("a", DType.F32, new long[] {1L << 31}),
            new Declaration("b", DType.F32, new long[] {1})),
        Map.of());
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .as("64-bit offsets")
        .contains("[0,8589934592]", "[8589934592,8589934596]");
  }

  private static float[] floats(int[] bits) {
    float[] values = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] = Float.intBitsToFloat(bits[i]);
    }
    return values;
  }

  private static int[] rawBits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static byte[] doubles(double... values) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asDoubleBuffer().put(values);
    return buffer.array();
  }
}
