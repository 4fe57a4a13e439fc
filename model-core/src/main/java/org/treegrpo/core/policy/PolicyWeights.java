package org.treegrpo.core.policy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.ReadableSource;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.io.TensorInfo;
import org.treegrpo.core.optim.OffHeapVector;

/** The flat parameter vector as a safetensors file, one tensor for each entry of its layout. */
public final class PolicyWeights {

  private static final int LISTED = 10;
  private static final int PART = 1 << 16;

  private PolicyWeights() {}

  /** Loads a local file; see {@link #load(ReadableSource, ParameterLayout)}. */
  public static float[] load(Path file, ParameterLayout layout) throws IOException {
    return load(ReadableSource.of(file), layout);
  }

  /**
   * Loads the flat vector. The file must hold exactly the layout's tensors, of the same shapes,
   * with a floating dtype and finite values only; a {@link SafetensorsException} says otherwise.
   */
  public static float[] load(ReadableSource source, ParameterLayout layout) throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(source)) {
      checkNames(reader, layout, List.of(""));
      float[] vector = new float[layout.size()];
      for (ParameterLayout.Entry entry : layout.entries()) {
        readEntry(reader, entry, entry.name(), vector, entry.offset());
      }
      return vector;
    }
  }

  /**
   * Loads several vectors of one layout from one file: vector {@code i} is held by the tensors
   * whose names are the layout's with {@code suffixes.get(i)} appended.
   */
  public static List<OffHeapVector> load(
      ReadableSource source, ParameterLayout layout, List<String> suffixes) throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(source)) {
      checkNames(reader, layout, suffixes);
      List<OffHeapVector> vectors =
          suffixes.stream().map(suffix -> new OffHeapVector(layout.size())).toList();
      for (ParameterLayout.Entry entry : layout.entries()) {
        float[] values = new float[entry.length()];
        for (int i = 0; i < suffixes.size(); i++) {
          readEntry(reader, entry, entry.name() + suffixes.get(i), values, 0);
          vectors.get(i).set(entry.offset(), values, 0, values.length);
        }
      }
      return vectors;
    }
  }

  /** Writes the flat vector as F32; the same values and metadata give the same bytes. */
  public static void write(
      OutputStream out, ParameterLayout layout, float[] flat, Map<String, String> metadata)
      throws IOException {
    requireSize(layout, flat.length);
    SafetensorsWriter writer = writer(out, layout, List.of(""), metadata);
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.length() > 0) {
        writer.write(entry.name(), flat, entry.offset(), entry.length());
      }
    }
    writer.finish();
  }

  /** The inverse of {@link #load(ReadableSource, ParameterLayout, List)}. */
  public static void write(
      OutputStream out,
      ParameterLayout layout,
      List<String> suffixes,
      List<OffHeapVector> vectors,
      Map<String, String> metadata)
      throws IOException {
    vectors.forEach(vector -> requireSize(layout, vector.size()));
    SafetensorsWriter writer = writer(out, layout, suffixes, metadata);
    float[] part = new float[PART];
    for (ParameterLayout.Entry entry : layout.entries()) {
      for (int i = 0; i < suffixes.size(); i++) {
        for (int done = 0; done < entry.length(); done += PART) {
          int count = Math.min(PART, entry.length() - done);
          vectors.get(i).get(entry.offset() + done, part, 0, count);
          writer.write(entry.name() + suffixes.get(i), part, 0, count);
        }
      }
    }
    writer.finish();
  }

  private static void requireSize(ParameterLayout layout, int size) {
    if (size != layout.size()) {
      throw new IllegalArgumentException(
          "the layout has %d elements, the vector %d".formatted(layout.size(), size));
    }
  }

  private static SafetensorsWriter writer(
      OutputStream out, ParameterLayout layout, List<String> suffixes, Map<String, String> metadata)
      throws IOException {
    List<Declaration> declarations = new ArrayList<>();
    for (ParameterLayout.Entry entry : layout.entries()) {
      for (String suffix : suffixes) {
        declarations.add(new Declaration(entry.name() + suffix, DType.F32, entry.shape()));
      }
    }
    return new SafetensorsWriter(out, declarations, metadata);
  }

  private static void checkNames(
      SafetensorsReader reader, ParameterLayout layout, List<String> suffixes)
      throws SafetensorsException {
    Set<String> expected = new HashSet<>();
    List<String> missing = new ArrayList<>();
    for (ParameterLayout.Entry entry : layout.entries()) {
      for (String suffix : suffixes) {
        expected.add(entry.name() + suffix);
        if (reader.find(entry.name() + suffix).isEmpty()) {
          missing.add(entry.name() + suffix);
        }
      }
    }
    List<String> unexpected =
        reader.tensors().stream()
            .map(TensorInfo::name)
            .filter(name -> !expected.contains(name))
            .toList();
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new SafetensorsException(
          reader.file(),
          "must hold exactly the policy's %d tensors".formatted(expected.size()),
          "missing %s, unexpected %s".formatted(listed(missing), listed(unexpected)));
    }
  }

  private static String listed(List<String> names) {
    return names.size() <= LISTED
        ? names.toString()
        : names.subList(0, LISTED) + " and " + (names.size() - LISTED) + " more";
  }

  private static void readEntry(
      SafetensorsReader reader,
      ParameterLayout.Entry entry,
      String name,
      float[] target,
      int offset)
      throws IOException {
    TensorInfo tensor = reader.find(name).orElseThrow();
    if (!Arrays.equals(tensor.shape(), entry.shape()) || tensor.elements() != entry.length()) {
      throw new SafetensorsException(
          reader.file(),
          "tensor '%s' must have the shape %s".formatted(name, Arrays.toString(entry.shape())),
          Arrays.toString(tensor.shape()));
    }
    reader.readFloat32(name, target, offset);
    for (int i = 0; i < entry.length(); i++) {
      if (!Float.isFinite(target[offset + i])) {
        throw new SafetensorsException(
            reader.file(),
            "tensor '%s' must hold finite values only".formatted(name),
            "%s at element %d".formatted(target[offset + i], i));
      }
    }
  }
}
