package org.treegrpo.core.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a safetensors file as a stream: all tensors are declared first, then their elements follow
 * in that order, in slices of any length. The same declarations and values give the same bytes. The
 * stream stays the caller's: {@link #finish} flushes but does not close it.
 */
public final class SafetensorsWriter {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final int ALIGNMENT = 8;
  private static final JsonFactory JSON = new JsonFactory();

  /** A tensor to be written; {@code shape} is empty for a scalar. */
  public record Declaration(String name, DType dtype, long[] shape) {}

  private final OutputStream out;
  private final List<Declaration> tensors;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private int current = -1;
  private long bytesLeft;

  /**
   * Writes the header.
   *
   * @param metadata strings for {@code __metadata__}; written in the order of their keys
   */
  public SafetensorsWriter(
      OutputStream out, List<Declaration> tensors, Map<String, String> metadata)
      throws IOException {
    this.out = out;
    this.tensors = List.copyOf(tensors);
    byte[] json = header(this.tensors, metadata);
    if (json.length > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "a safetensors header must have at most 100000000 bytes, has " + json.length);
    }
    out.write(
        ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .array());
    out.write(json);
    advance();
  }

  /**
   * Appends {@code values[offset .. offset + length)} to a floating tensor, rounded to nearest even
   * where its dtype is narrower than float32; a finite value it cannot hold is refused.
   */
  public void write(String tensor, float[] values, int offset, int length) throws IOException {
    DType dtype = next(tensor).dtype();
    checkRoom(tensor, (long) length * dtype.bytes());
    for (int done = 0; done < length; ) {
      int part = Math.min(CHUNK_BYTES / dtype.bytes(), length - done);
      int bad = FloatCodec.encode(dtype, values, offset + done, part, chunk.clear());
      if (bad >= 0) {
        throw new IllegalArgumentException(
            "tensor '%s': %s is beyond the range of %s"
                .formatted(tensor, values[offset + done + bad], dtype));
      }
      out.write(chunk.array(), 0, part * dtype.bytes());
      done += part;
    }
    written((long) length * dtype.bytes());
  }

  /** Checks that every declared element was written, and flushes. */
  public void finish() throws IOException {
    if (current < tensors.size()) {
      throw new IllegalStateException(
          "tensor '%s' still lacks %d bytes".formatted(tensors.get(current).name(), bytesLeft));
    }
    out.flush();
  }

  private Declaration next(String tensor) {
    if (current == tensors.size()) {
      throw new IllegalStateException("every declared tensor is written, got '" + tensor + "'");
    }
    Declaration declaration = tensors.get(current);
    if (!declaration.name().equals(tensor)) {
      throw new IllegalStateException(
          "tensor '%s' comes next, got '%s'".formatted(declaration.name(), tensor));
    }
    return declaration;
  }

  private void checkRoom(String tensor, long bytes) {
    if (bytes > bytesLeft) {
      throw new IllegalStateException(
          "tensor '%s' has room for %d more bytes, got %d".formatted(tensor, bytesLeft, bytes));
    }
  }

  private void written(long bytes) {
    bytesLeft -= bytes;
    if (bytesLeft == 0) {
      advance();
    }
  }

  /** Steps to the next tensor that has elements. */
  private void advance() {
    do {
      current++;
      bytesLeft =
          current == tensors.size()
              ? 0
              : SafetensorsHeader.byteSize(
                  tensors.get(current).dtype(), tensors.get(current).shape());
    } while (bytesLeft == 0 && current < tensors.size());
  }

  private static byte[] header(List<Declaration> tensors, Map<String, String> metadata)
      throws IOException {
    Set<String> names = new HashSet<>(Set.of(SafetensorsHeader.METADATA));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (Declaration tensor : tensors) {
        if (!names.add(tensor.name())) {
          throw new IllegalArgumentException(
              "tensor names must be unique and not __metadata__, got '" + tensor.name() + "'");
        }
        for (long dimension : tensor.shape()) {
          if (dimension < 0) {
            throw new IllegalArgumentException(
                "tensor '%s': a dimension must be at least 0, was %d"
                    .formatted(tensor.name(), dimension));
          }
        }
        long end = Math.addExact(begin, SafetensorsHeader.byteSize(tensor.dtype(), tensor.shape()));
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, end}, 0, 2);
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    }
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }
}
