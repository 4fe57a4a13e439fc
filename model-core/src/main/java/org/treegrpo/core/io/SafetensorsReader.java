package org.treegrpo.core.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a safetensors file of any size, tensor by tensor. The header is checked whole when the file
 * is opened. Tensors may be read in any order; in file order the source is read as one stream. Not
 * for use by several threads at once.
 */
public final class SafetensorsReader implements Closeable {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final long NOWHERE = -1;

  private final ReadableSource source;
  private final SafetensorsHeader header;
  private final Map<String, TensorInfo> byName = new LinkedHashMap<>();

  private InputStream stream = InputStream.nullInputStream();
  private long position = NOWHERE;

  /** Made for the first read after the source was opened. */
  private ByteBuffer chunk = ByteBuffer.allocate(0);

  private SafetensorsReader(ReadableSource source, SafetensorsHeader header) {
    this.source = source;
    this.header = header;
    header.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
  }

  /** Opens a local file. */
  public static SafetensorsReader open(Path file) throws IOException {
    return open(ReadableSource.of(file));
  }

  /** Opens a source and checks its header; a {@link SafetensorsException} names what is wrong. */
  public static SafetensorsReader open(ReadableSource source) throws IOException {
    return new SafetensorsReader(source, SafetensorsHeader.read(source));
  }

  /** Name of the source. */
  public String file() {
    return source.name();
  }

  /** The strings of {@code __metadata__}, in the file's order. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors, in the order of their bytes. */
  public List<TensorInfo> tensors() {
    return header.tensors();
  }

  /** The tensor of this name, if the file has it. */
  public Optional<TensorInfo> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All elements of a floating tensor as float32, in row-major order. */
  public float[] readFloat32(String name) throws IOException {
    float[] values = new float[arrayLength(require(name))];
    readFloat32(name, values, 0);
    return values;
  }

  /**
   * Reads a floating tensor into {@code target[offset ..]}. F32, F16 and BF16 are exact. F64 is
   * rounded to the nearest float32; a finite value that float32 cannot hold is refused.
   */
  public void readFloat32(String name, float[] target, int offset) throws IOException {
    TensorInfo tensor = require(name);
    DType dtype = tensor.dtype();
    if (!dtype.isFloating()) {
      throw refused(tensor, "must have one of the dtypes F64, F32, F16, BF16", dtype);
    }
    int count = arrayLength(tensor);
    seek(header.dataStart() + tensor.begin());
    for (int done = 0; done < count; ) {
      int part = Math.min(CHUNK_BYTES / dtype.bytes(), count - done);
      int bad = FloatCodec.decode(dtype, fill(part * dtype.bytes()), target, offset + done, part);
      if (bad >= 0) {
        throw refused(
            tensor, "must be within the range of float32", "an F64 element at " + (done + bad));
      }
      done += part;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
    position = NOWHERE;
    chunk = ByteBuffer.allocate(0);
  }

  private TensorInfo require(String name) throws SafetensorsException {
    TensorInfo tensor = byName.get(name);
    if (tensor == null) {
      throw new SafetensorsException(
          file(), "must hold a tensor '" + name + "'", byName.size() + " others");
    }
    return tensor;
  }

  private int arrayLength(TensorInfo tensor) throws SafetensorsException {
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw refused(tensor, "must have fewer than 2^31 - 8 elements", tensor.elements());
    }
    return (int) tensor.elements();
  }

  private SafetensorsException refused(TensorInfo tensor, String rule, Object value) {
    return new SafetensorsException(file(), "tensor '" + tensor.name() + "' " + rule, value);
  }

  private void seek(long target) throws IOException {
    if (position != target) {
      close();
      stream = source.open(target);
      position = target;
    }
  }

  private ByteBuffer fill(int bytes) throws IOException {
    if (chunk.capacity() == 0) {
      chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    int read = stream.readNBytes(chunk.array(), 0, bytes);
    position += read;
    if (read != bytes) {
      throw new SafetensorsException(
          file(), "the file must not change while it is read", "its end at byte " + position);
    }
    return chunk.clear().limit(bytes);
  }
}
