package org.treegrpo.reward.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class RewardBatchCodecTest {

  private static final RewardBatch BATCH =
      new RewardBatch(
          3,
          1,
          2,
          List.of("ocr", "jpeg-size"),
          List.of(
              new RewardRow("word-cat", 0, "0.2.1", new float[] {0.5f, Float.NaN}),
              new RewardRow("Straße \ud83d\ude80", 7, "", new float[] {-0f, Float.MIN_VALUE})),
          Map.of("ocr", "PP-OCRv4", "jpeg-size", "Java 17"));

  @Property(tries = 200)
  void decodesWhatItEncodes(@ForAll("batches") RewardBatch batch) throws RewardFormatException {
    try (BufferAllocator allocator = new RootAllocator()) {
      byte[] bytes = RewardBatchCodec.encode(batch, allocator);
      assertThat(RewardBatchCodec.decode(bytes, allocator)).as("decoded batch").isEqualTo(batch);
      assertThat(RewardBatchCodec.encode(batch)).as("encoded again").isEqualTo(bytes);
      assertThat(allocator.getAllocatedMemory()).as("bytes still allocated").isZero();
    }
  }

  @Test
  void writesAFailedScoreAsNull() throws IOException {
    assertThat(RewardSchema.fields(BATCH.rewardNames()).stream().map(Field::toString))
        .as("columns")
        .containsExactly(
            "round: Int(32, true) not null",
            "share: Int(32, true) not null",
            "attempt: Int(32, true) not null",
            "prompt_id: Utf8 not null",
            "tree: Int(32, true) not null",
            "path: Utf8 not null",
            "reward_ocr: FloatingPoint(SINGLE)",
            "reward_jpeg-size: FloatingPoint(SINGLE)");
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new ByteArrayInputStream(RewardBatchCodec.encode(BATCH)), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertThat(reader.loadNextBatch()).as("Arrow's own reader finds a batch").isTrue();
      assertThat(root.getRowCount()).as("rows").isEqualTo(2);
      assertThat(root.getVector("reward_ocr").getObject(0)).as("a score").isEqualTo(0.5f);
      assertThat(root.getVector("reward_jpeg-size").getObject(0)).as("a failed score").isNull();
      assertThat(reader.loadNextBatch()).as("a second batch").isFalse();
    }
  }

  @Test
  void answersEveryTruncationWithItsException() {
    byte[] bytes = RewardBatchCodec.encode(BATCH);
    try (BufferAllocator allocator = new RootAllocator()) {
      for (int length = 0; length < bytes.length; length++) {
        byte[] truncated = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> RewardBatchCodec.decode(truncated, allocator))
            .as("the first %d of %d bytes", length, bytes.length)
            .isInstanceOf(RewardFormatException.class)
            .hasMessageStartingWith("reward batch: ");
      }
      assertThat(allocator.getAllocatedMemory()).as("bytes still allocated").isZero();
    }
  }

  @Test
  void survivesEveryDamagedByte() {
    byte[] bytes = RewardBatchCodec.encode(BATCH);
    int refused = 0;
    try (BufferAllocator allocator = new RootAllocator()) {
      for (int i = 0; i < bytes.length; i++) {
        for (int damage : new int[] {0x01, 0x80, 0xff}) {
          byte[] damaged = bytes.clone();
          damaged[i] ^= (byte) damage;
          try {
            RewardBatchCodec.decode(damaged, allocator);
          } catch (RewardFormatException e) {
            refused++;
          }
          assertThat(allocator.getAllocatedMemory())
              .as("bytes still allocated after damage 0x%x at byte %d", damage, i)
              .isZero();
        }
      }
    }
    assertThat(refused).as("damaged streams that were refused").isGreaterThan(bytes.length / 2);
  }

  @Test
  void refusesAnotherSchema() throws IOException {
    Schema good = RewardSchema.of(BATCH);
    Map<String, String> metadata = good.getCustomMetadata();
    List<Field> fields = good.getFields();
    assertRefused(new Schema(fields), "schema metadata treegrpo.format = null");
    assertRefused(new Schema(fields.subList(1, 8), metadata), "the columns are [share: ");
    List<Field> extra = new ArrayList<>(fields);
    extra.add(fields.get(0));
    assertRefused(new Schema(extra, metadata), "the prefix 'reward_'");
    List<Field> renamed = new ArrayList<>(fields);
    renamed.set(5, fields.get(3));
    assertRefused(new Schema(renamed, metadata), "the columns are");
    assertRefused(
        new Schema(fields, Map.of("treegrpo.format", "reward-batch-1", "treegrpo.round", "three")),
        "schema metadata treegrpo.round = three must be an integer");
  }

  @Test
  void refusesRowsOfAnotherShare() throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(RewardSchema.of(BATCH), allocator)) {
      root.allocateNew();
      for (Field field : RewardSchema.fields(List.of())) {
        if (root.getVector(field.getName()) instanceof IntVector vector) {
          vector.setSafe(0, 3);
        } else {
          ((VarCharVector) root.getVector(field.getName())).setSafe(0, new byte[0]);
        }
      }
      ((Float4Vector) root.getVector("reward_ocr")).setSafe(0, 1f);
      root.setRowCount(1);
      byte[] bytes = write(root);
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes, allocator))
          .as("share 3 in a stream of share 1")
          .isInstanceOf(RewardFormatException.class)
          .hasMessageContaining("column share is 3 in row 0, the stream's metadata says 1");
    }
  }

  @Test
  void refusesAStreamWithoutABatch() throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(RewardSchema.of(BATCH), allocator);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
      writer.start();
      writer.end();
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes.toByteArray(), allocator))
          .as("a schema and no record batch")
          .isInstanceOf(RewardFormatException.class)
          .hasMessageContaining("the stream has 1 messages; needs a schema");
    }
  }

  @Provide
  Arbitrary<RewardBatch> batches() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .ofMinLength(1)
        .ofMaxLength(5)
        .list()
        .uniqueElements()
        .ofMaxSize(3)
        .flatMap(RewardBatchCodecTest::batches);
  }

  private static Arbitrary<RewardBatch> batches(List<String> names) {
    Arbitrary<Float> score = Arbitraries.floats().injectDuplicates(0.1).injectNull(0.2);
    Arbitrary<float[]> scores =
        score.list().ofSize(names.size()).map(RewardBatchCodecTest::toArray);
    Arbitrary<Integer> number = Arbitraries.integers().greaterOrEqual(0);
    Arbitrary<List<RewardRow>> rows =
        Combinators.combine(
                Arbitraries.strings().ofMaxLength(6),
                number,
                Arbitraries.strings().numeric(),
                scores)
            .as(RewardRow::new)
            .list()
            .ofMaxSize(9);
    Arbitrary<Map<String, String>> versions =
        Arbitraries.maps(Arbitraries.strings().alpha(), Arbitraries.strings().ofMaxLength(6))
            .ofMaxSize(2);
    return Combinators.combine(number, number, number, rows, versions)
        .as(
            (round, share, attempt, rewardRows, map) ->
                new RewardBatch(round, share, attempt, names, rewardRows, map));
  }

  private static float[] toArray(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      Float value = values.get(i);
      array[i] = value == null ? Float.NaN : value;
    }
    return array;
  }

  private static void assertRefused(Schema schema, String message) throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      byte[] bytes = write(root);
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes, allocator))
          .as("a stream of the schema %s", schema)
          .isInstanceOf(RewardFormatException.class)
          .hasMessageContaining(message);
    }
  }

  private static byte[] write(VectorSchemaRoot root) throws IOException {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
      writer.writeBatch();
      writer.end();
      return bytes.toByteArray();
    }
  }
}
