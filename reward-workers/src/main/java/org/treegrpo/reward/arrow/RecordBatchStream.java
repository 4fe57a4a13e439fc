package org.treegrpo.reward.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * An Arrow IPC stream of one record batch, written to memory and read from there. Whatever bytes it
 * is given, reading them allocates no more than they hold and leaves nothing allocated.
 *
 * @param name of the message in errors
 */
public record RecordBatchStream(String name) {

  /** Takes the rows out of a batch that is well formed and of an accepted schema. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(VectorSchemaRoot root) throws ArrowFormatException;
  }

  /** Refuses a schema. */
  @FunctionalInterface
  public interface SchemaCheck {
    void check(Schema schema) throws ArrowFormatException;
  }

  /** The bytes of the rows that {@code fill} sets; the same rows always give the same bytes. */
  public byte[] encode(Schema schema, Consumer<VectorSchemaRoot> fill) {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
      fill.accept(root);
      writer.writeBatch();
      writer.end();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": writing to memory failed", e);
    }
  }

  /**
   * What {@code reader} makes of the stream's rows; each column has at least 4 bytes a row.
   *
   * @throws ArrowFormatException when the bytes are damaged or refused
   */
  public <T> T decode(byte[] bytes, SchemaCheck check, Reader<T> reader)
      throws ArrowFormatException {
    try (BufferAllocator allocator = new RootAllocator()) {
      return decode(bytes, check, reader, allocator);
    }
  }

  private <T> T decode(byte[] bytes, SchemaCheck check, Reader<T> reader, BufferAllocator allocator)
      throws ArrowFormatException {
    try {
      List<StreamMessage> messages = StreamMessage.split(name, bytes);
      if (messages.size() != 2
          || messages.get(0).metadata().headerType() != MessageHeader.Schema
          || messages.get(1).metadata().headerType() != MessageHeader.RecordBatch) {
        throw new ArrowFormatException(
            "%s: the stream has %d messages; needs a schema and exactly one record batch"
                .formatted(name, messages.size()));
      }
      Schema schema = MessageSerializer.deserializeSchema(messages.get(0).metadata());
      check.check(schema);
      return read(schema, messages.get(1), reader, allocator);
    } catch (ArrowFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Arrow answers damaged bytes with whatever unchecked exception it runs into.
      throw new ArrowFormatException(
          "%s: %d bytes are no readable Arrow IPC stream: %s"
              .formatted(name, bytes.length, e.getMessage()),
          e);
    }
  }

  private <T> T read(
      Schema schema, StreamMessage message, Reader<T> reader, BufferAllocator allocator)
      throws IOException {
    ArrowBuf body = message.copyBody(allocator);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      try (ArrowRecordBatch batch =
          MessageSerializer.deserializeRecordBatch(message.metadata(), body)) {
        requireRows(batch, message.body().remaining());
        new VectorLoader(root).load(batch);
      }
      ValueVectorUtility.validateFull(root);
      return reader.read(root);
    } finally {
      // Nothing is left here but what Arrow lost track of when the metadata was damaged.
      if (body.refCnt() > 0) {
        body.getReferenceManager().release(body.refCnt());
      }
    }
  }

  /** Arrow makes room for as many rows as the metadata says before it looks at the buffers. */
  private void requireRows(ArrowRecordBatch batch, int bodyBytes) throws ArrowFormatException {
    long rows = batch.getLength();
    boolean sameInEveryColumn =
        batch.getNodes().stream().allMatch(node -> node.getLength() == rows);
    if (rows < 0 || rows > bodyBytes / Integer.BYTES || !sameInEveryColumn) {
      throw new ArrowFormatException(
          "%s: %d rows do not fit the columns %s in %d bytes; damaged"
              .formatted(name, rows, batch.getNodes(), bodyBytes));
    }
  }
}
