package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.BytesSource;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.optim.OffHeapVector;

class PolicyWeightsTest {

  private static final ParameterLayout LAYOUT =
      new ParameterLayout(
          List.of(
              new ParameterLayout.Entry("b.weight", new long[] {2, 2}, 0, 4),
              new ParameterLayout.Entry("a.bias", new long[] {3}, 4, 3)));
  private static final float[] FLAT = {1, 2, 3, 4, 5, 6, 7};

  @TempDir Path directory;

  private static byte[] written(ParameterLayout layout, float[] flat) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PolicyWeights.write(out, layout, flat, Map.of("step", "3"));
    return out.toByteArray();
  }

  private static float[] load(byte[] bytes) throws IOException {
    return PolicyWeights.load(new BytesSource("policy.safetensors", bytes), LAYOUT);
  }

  @Test
  void keepsTheLayoutsOrderAndNames() throws IOException {
    Path file = directory.resolve("policy.safetensors");
    Files.write(file, written(LAYOUT, FLAT));
    assertThat(PolicyWeights.load(file, LAYOUT)).as("flat vector").isEqualTo(FLAT);
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.tensors())
          .as("in layout order")
          .extracting("name")
          .containsExactly("b.weight", "a.bias");
      assertThat(reader.readFloat32("a.bias")).as("second entry").containsExactly(5, 6, 7);
      assertThat(reader.metadata()).as("metadata").containsEntry("step", "3");
    }
  }

  @Test
  void keepsSeveralVectorsApart() throws IOException {
    float[] other = {-1, -2, -3, -4, -5, -6, -7};
    List<String> suffixes = List.of("/exp_avg", "/exp_avg_sq");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PolicyWeights.write(
        out, LAYOUT, suffixes, List.of(OffHeapVector.of(FLAT), OffHeapVector.of(other)), Map.of());
    List<OffHeapVector> read =
        PolicyWeights.load(new BytesSource("optimizer", out.toByteArray()), LAYOUT, suffixes);
    assertThat(read)
        .as("vectors by suffix")
        .extracting(OffHeapVector::toArray)
        .containsExactly(FLAT, other);
  }

  @Test
  void listsMissingAndUnexpectedTensors() throws IOException {
    ParameterLayout other =
        new ParameterLayout(
            List.of(
                new ParameterLayout.Entry("b.weight", new long[] {2, 2}, 0, 4),
                new ParameterLayout.Entry("c.bias", new long[] {3}, 4, 3)));
    byte[] bytes = written(other, FLAT);
    assertThatThrownBy(() -> load(bytes))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("policy.safetensors: ")
        .hasMessageContaining("missing [a.bias], unexpected [c.bias]");
  }

  @Test
  void refusesAnotherShapeOfTheSameSize() throws IOException {
    ParameterLayout flatter =
        new ParameterLayout(
            List.of(
                new ParameterLayout.Entry("b.weight", new long[] {4}, 0, 4),
                new ParameterLayout.Entry("a.bias", new long[] {3}, 4, 3)));
    byte[] bytes = written(flatter, FLAT);
    assertThatThrownBy(() -> load(bytes))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("'b.weight' must have the shape [2, 2]; found [4]");
  }

  @Test
  void refusesValuesThatAreNotFinite() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] flat = FLAT.clone();
      flat[5] = bad;
      byte[] bytes = written(LAYOUT, flat);
      assertThatThrownBy(() -> load(bytes))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("'a.bias' must hold finite values only; found " + bad)
          .hasMessageContaining("element 1");
    }
  }

  @Test
  void refusesAVectorOfAnotherLength() {
    assertThatThrownBy(() -> written(LAYOUT, new float[6]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 elements, the vector 6");
  }
}
