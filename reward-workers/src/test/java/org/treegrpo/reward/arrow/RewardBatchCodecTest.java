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
import java.util.stream.IntStream;
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
              new RewardRow(0, new float[] {0.5f, Float.NaN}),
              new RewardRow(1, new float[] {-0f, Float.MIN_VALUE})),
          Map.of("ocr", "PP-OCRv4", "jpeg-size", "Java 17"));

  @Property(tries = 200)
  void decodesWhatItEncodes(@ForAll("batches") RewardBatch batch) throws ArrowFormatException {
    byte[] bytes = RewardBatchCodec.encode(batch);
    assertThat(RewardBatchCodec.decode(bytes)).as("decoded batch").isEqualTo(batch);
    assertThat(RewardBatchCodec.encode(batch)).as("encoded again").isEqualTo(bytes);
  }

  @Test
  void writesAFailedScoreAsNull() throws IOException {
    assertThat(RewardSchema.fields(BATCH.rewardNames()).stream().map(Field::toString))
        .as("columns")
        .containsExactly(
            "round: Int(32, true) not null",
            "share: Int(32, true) not null",
            "attempt: Int(32, true) not null",
            "leaf: Int(32, true) not null",
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
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> RewardBatchCodec.decode(truncated))
          .as("the first %d of %d bytes", length, bytes.length)
          .isInstanceOf(ArrowFormatException.class)
          .hasMessageStartingWith("reward batch: ")
          .satisfies(RewardBatchCodecTest::leavesNothingAllocated);
    }
  }

  @Test
  void survivesEveryDamagedByte() {
    byte[] bytes = RewardBatchCodec.encode(BATCH);
    int refused = 0;
    for (int i = 0; i < bytes.length; i++) {
      for (int damage : new int[] {0x01, 0x80, 0xff}) {
        byte[] damaged = bytes.clone();
        damaged[i] ^= (byte) damage;
        try {
          RewardBatchCodec.decode(damaged);
        } catch (ArrowFormatException e) {
          refused++;
          leavesNothingAllocated(e);
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
    assertRefused(new Schema(fields.subList(1, 6), metadata), "the columns are [share: ");
    List<Field> extra = new ArrayList<>(fields);
    extra.add(fields.get(0));
    assertRefused(new Schema(extra, metadata), "the prefix 'reward_'");
    List<Field> renamed = new ArrayList<>(fields);
    renamed.set(3, fields.get(0));
    assertRefused(new Schema(renamed, metadata), "the columns are");
    assertRefused(
        new Schema(fields, Map.of("treegrpo.format", "reward-batch-2", "treegrpo.round", "three")),
        "schema metadata treegrpo.round = three must be an integer");
  }

  @Test
  void refusesRowsOfAnotherShare() throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(RewardSchema.of(BATCH), allocator)) {
      root.allocateNew();
      for (Field field : RewardSchema.fields(List.of())) {
        ((IntVector) root.getVector(field.getName())).setSafe(0, 3);
      }
      ((Float4Vector) root.getVector("reward_ocr")).setSafe(0, 1f);
      root.setRowCount(1);
      byte[] bytes = write(root);
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes))
          .as("share 3 in a stream of share 1")
          .isInstanceOf(ArrowFormatException.class)
          .hasMessageContaining("column share is 3 in row 0, the stream's metadata says 1");
    }
  }

  @Test
  void refusesRowsThatAreNotThoseOfTheLeavesInOrder() {
    byte[] bytes =
        RewardBatchCodec.STREAM.encode(
            RewardSchema.of(BATCH),
            root -> {
              int[] row = {3, 1, 2, 1};
              for (int column = 0; column < row.length; column++) {
                ((IntVector) root.getVector(column)).setSafe(0, row[column]);
              }
              root.setRowCount(1);
            });
    assertThatThrownBy(() -> RewardBatchCodec.decode(bytes))
        .as("the first row is of the second leaf")
        .isInstanceOf(ArrowFormatException.class)
        .hasMessageContaining("row 0 must be of the leaf of that index, got RewardRow[leaf 1");
  }

  @Test
  void refusesAStreamWithoutABatch() throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(RewardSchema.of(BATCH), allocator);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
      writer.start();
      writer.end();
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes.toByteArray()))
          .as("a schema and no record batch")
          .isInstanceOf(ArrowFormatException.class)
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
    Arbitrary<List<RewardRow>> rows = scores.list().ofMaxSize(9).map(RewardBatchCodecTest::rows);
    Arbitrary<Map<String, String>> versions =
        Arbitraries.maps(Arbitraries.strings().alpha(), Arbitraries.strings().ofMaxLength(6))
            .ofMaxSize(2);
    return Combinators.combine(number, number, number, rows, versions)
        .as(
            (round, share, attempt, rewardRows, map) ->
                new RewardBatch(round, share, attempt, names, rewardRows, map));
  }

  private static List<RewardRow> rows(List<float[]> scores) {
    return IntStream.range(0, scores.size())
        .mapToObj(leaf -> new RewardRow(leaf, scores.get(leaf)))
        .toList();
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
      assertThatThrownBy(() -> RewardBatchCodec.decode(bytes))
          .as("a stream of the schema %s", schema)
          .isInstanceOf(ArrowFormatException.class)
          .hasMessageContaining(message);
    }
  }

  /** Closing an allocator fails while something is allocated. */
  private static void leavesNothingAllocated(Throwable refusal) {
    assertThat(refusal.getSuppressed()).as("of closing the allocator").isEmpty();
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
