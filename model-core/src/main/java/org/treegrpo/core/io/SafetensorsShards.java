package org.treegrpo.core.io;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Safetensors files as one: every tensor is in one of them. The headers are held in memory, tensors
 * are read when asked for, and one of the files is open at a time. Not for use by several threads
 * at once.
 */
public final class SafetensorsShards implements Closeable {

  private final String name;
  private final Map<String, SafetensorsReader> byTensor = new HashMap<>();
  private Optional<SafetensorsReader> current = Optional.empty();

  private SafetensorsShards(String name) {
    this.name = name;
  }

  /**
   * Reads the headers.
   *
   * @param name what error messages call all of them
   * @throws SafetensorsException if a file is malformed, or two hold a tensor of one name
   */
  public static SafetensorsShards open(String name, List<? extends ReadableSource> sources)
      throws IOException {
    SafetensorsShards shards = new SafetensorsShards(name);
    for (ReadableSource source : sources) {
      shards.add(SafetensorsReader.open(source));
    }
    return shards;
  }

  private void add(SafetensorsReader reader) throws SafetensorsException {
    for (TensorInfo tensor : reader.tensors()) {
      SafetensorsReader other = byTensor.putIfAbsent(tensor.name(), reader);
      if (other != null) {
        throw new SafetensorsException(
            reader.file(),
            "must hold tensors that no other file of %s holds".formatted(name),
            "'%s', which is in %s too".formatted(tensor.name(), other.file()));
      }
    }
  }

  /** What all of them are called. */
  public String name() {
    return name;
  }

  /** The tensor of this name, if there is one. */
  public Optional<TensorInfo> find(String tensor) {
    return Optional.ofNullable(byTensor.get(tensor)).flatMap(reader -> reader.find(tensor));
  }

  /**
   * All elements of a floating tensor as float32, in row-major order.
   *
   * @throws SafetensorsException if there is no such tensor
   */
  public float[] readFloat32(String tensor) throws IOException {
    SafetensorsReader reader = byTensor.get(tensor);
    if (reader == null) {
      throw new SafetensorsException(
          name, "must hold a tensor '" + tensor + "'", byTensor.size() + " others");
    }
    if (current.isPresent() && current.get() != reader) {
      current.get().close();
    }
    current = Optional.of(reader);
    return reader.readFloat32(tensor);
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
  }
}
