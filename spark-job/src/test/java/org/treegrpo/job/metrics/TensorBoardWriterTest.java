package org.treegrpo.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));

  @TempDir java.nio.file.Path directory;

  @Test
  void framesCarryTheMaskedChecksumOfTheTfRecordFormat() {
    byte[] frame = new EventMessage().text(3, "brain.Event:2").framed();

    ByteBuffer buffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(buffer.getLong()).as("length: tag, length byte, 13 letters").isEqualTo(15);
    assertThat(Integer.toUnsignedLong(buffer.getInt()))
        .as("masked CRC32C of the length 15, as every TensorFlow event file with this header")
        .isEqualTo(
            mask(crc(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(15).array())));
    assertThat(frame).as("frame: 8 + 4 + message + 4").hasSize(8 + 4 + 15 + 4);
  }

  @Test
  void curvesReadBackByTag() throws IOException {
    try (TensorBoardWriter writer = writer(1)) {
      writer.add(MetricsFixtures.round(1));
      writer.add(MetricsFixtures.evaluation(0));
    }

    List<Event> events = read(file());
    assertThat(events).as("version, session start, round, evaluation").hasSize(4);
    Event round = events.get(2);
    assertThat(round.step).as("step").isEqualTo(1);
    assertThat(round.wallTime).as("wall time in seconds").isEqualTo(1.7e9);
    assertThat(round.scalars)
        .as("scalars")
        .containsEntry("reward/ocr", (float) 0.21)
        .containsEntry("update/clip_fraction", 0.125f)
        .containsEntry("nfe/rollout", (float) MetricsFixtures.round(1).nfe().rollout());
    assertThat(events.get(3).scalars)
        .as("held-out scores")
        .containsEntry("held_out/ocr_exact", 0.19f)
        .containsKey("held_out/other");
  }

  @Test
  void everyRoundIsInTheFileBeforeTheWriterIsClosed() throws IOException {
    TensorBoardWriter writer = writer(1);
    for (int round = 1; round <= 10; round++) {
      writer.add(MetricsFixtures.round(round));
      assertThat(read(file())).as("events after round %d", round).hasSize(2 + round);
    }
  }

  @Test
  void closingWritesWhatIsPending() throws IOException {
    TensorBoardWriter writer = writer(1);
    for (int round = 1; round <= 200; round++) {
      writer.add(MetricsFixtures.round(round));
    }
    writer.close();

    assertThat(read(file())).as("all events").hasSize(2 + 200);
  }

  private Path file() {
    String name = "events.out.tfevents.1700000000." + ProcessHandle.current().pid();
    return new Path(directory.resolve(name).toUri());
  }

  private TensorBoardWriter writer(int firstRound) throws IOException {
    return new TensorBoardWriter(
        FileSystem.getLocal(new Configuration()), new Path(directory.toUri()), firstRound, CLOCK);
  }

  private static long crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }

  private static long mask(long crc) {
    return (((crc >>> 15) | ((crc << 17) & 0xffffffffL)) + 0xa282ead8L) & 0xffffffffL;
  }

  private record Event(double wallTime, long step, Map<String, Float> scalars) {}

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.wrap(Files.readAllBytes(java.nio.file.Path.of(file.toUri().getPath())))
            .order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (buffer.hasRemaining()) {
      byte[] length = new byte[8];
      buffer.get(length);
      assertThat(Integer.toUnsignedLong(buffer.getInt()))
          .as("CRC of length")
          .isEqualTo(mask(crc(length)));
      byte[] content =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      buffer.get(content);
      assertThat(Integer.toUnsignedLong(buffer.getInt()))
          .as("CRC of event")
          .isEqualTo(mask(crc(content)));
      events.add(event(content));
    }
    return events;
  }

  private static Event event(byte[] content) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(content);
    double wallTime = 0;
    long step = 0;
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> wallTime = in.readDouble();
        case 2 -> step = in.readInt64();
        case 5 -> readSummary(CodedInputStream.newInstance(in.readByteArray()), scalars);
        default -> in.skipField(tag);
      }
    }
    return new Event(wallTime, step, scalars);
  }

  private static void readSummary(CodedInputStream in, Map<String, Float> scalars)
      throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
      value.readTag();
      String name = new String(value.readByteArray(), StandardCharsets.UTF_8);
      value.readTag();
      scalars.put(name, value.readFloat());
    }
  }
}
