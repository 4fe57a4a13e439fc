package org.treegrpo.core.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.io.BytesSource;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsShards;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;

class TextConditionerTest {

  private static final List<ConditioningInput> INPUTS =
      List.of(
          new ConditioningInput("text", List.of(2, 2)),
          new ConditioningInput("pooled", List.of(1)));

  private static ConditioningFile file(Map<String, float[]> tensors) throws IOException {
    List<Declaration> declarations = new ArrayList<>();
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      long length = tensor.getValue().length;
      declarations.add(
          new Declaration(
              tensor.getKey(), DType.F32, length == 4 ? new long[] {2, 2} : new long[] {length}));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter writer = new SafetensorsWriter(out, declarations, Map.of());
    for (Declaration tensor : declarations) {
      float[] values = tensors.get(tensor.name());
      writer.write(tensor.name(), values, 0, values.length);
    }
    writer.finish();
    return file(out.toByteArray());
  }

  private static ConditioningFile file(byte[] safetensors) throws IOException {
    return new ConditioningFile(
        SafetensorsShards.open(
            "c.safetensors", List.of(new BytesSource("c.safetensors", safetensors))),
        INPUTS);
  }

  @Test
  void encodesCharactersAndPadsWithNull() {
    CharacterEncoder encoder = new CharacterEncoder("AB C", 4);
    assertThat(encoder.of(new Prompt("p", "CA ")).tensors())
        .as("index in the alphabet plus one, then 0")
        .containsExactly(new float[] {4, 1, 3, 0});
    assertThat(encoder.unconditional().tensors())
        .as("all null")
        .containsExactly(new float[] {0, 0, 0, 0});
  }

  @Test
  void refusesTextThatThePolicyCannotDraw() {
    CharacterEncoder encoder = new CharacterEncoder("ABC", 3);
    assertThatThrownBy(
            () -> encoder.check(List.of(new Prompt("fine", "ABC"), new Prompt("p1", "Ab"))))
        .isInstanceOf(PromptException.class)
        .hasMessageContaining("prompt 'p1'")
        .hasMessageContaining("alphabet 'ABC'; found 'b' in 'Ab'");
    assertThatThrownBy(() -> encoder.check(List.of(new Prompt("p2", "ABCA"))))
        .isInstanceOf(PromptException.class)
        .hasMessageContaining("prompt 'p2'")
        .hasMessageContaining("at most the 3 characters");
  }

  @Test
  void readsAPromptsTensorsInArgumentOrder() throws IOException {
    try (ConditioningFile file =
        file(Map.of("p/pooled", new float[] {9}, "p/text", new float[] {1, 2, 3, 4}))) {
      file.check(List.of(new Prompt("p", "x")));
      assertThat(file.of(new Prompt("p", "x")).tensors())
          .as("text, then pooled")
          .containsExactly(new float[] {1, 2, 3, 4}, new float[] {9});
    }
  }

  @Test
  void readsTheUnconditionalBranch() throws IOException {
    Map<String, float[]> tensors =
        Map.of("null/pooled", new float[] {7}, "null/text", new float[] {4, 3, 2, 1});
    try (ConditioningFile file = file(tensors)) {
      assertThat(file.unconditional().tensors())
          .as("text, then pooled")
          .containsExactly(new float[] {4, 3, 2, 1}, new float[] {7});
    }
  }

  @Test
  void namesTheUnconditionalTensorThatIsMissing() throws IOException {
    try (ConditioningFile file = file(Map.of("null/pooled", new float[] {7}))) {
      assertThatThrownBy(file::unconditional)
          .as("zeros would be another model's unconditional branch")
          .isInstanceOf(PromptException.class)
          .hasMessageContaining("c.safetensors: must hold a tensor 'null/text'")
          .hasMessageContaining("set the guidance scale to 1");
    }
  }

  @Test
  void namesThePromptWithoutTensors() throws IOException {
    try (ConditioningFile file = file(Map.of("p/text", new float[] {1, 2, 3, 4}))) {
      assertThatThrownBy(() -> file.check(List.of(new Prompt("p", "x"))))
          .isInstanceOf(PromptException.class)
          .hasMessageContaining("prompt 'p'")
          .hasMessageContaining("must hold a tensor 'p/pooled'");
    }
  }

  @Test
  void refusesAnotherShapeAndValuesThatAreNotFinite() throws IOException {
    Prompt prompt = new Prompt("p", "x");
    try (ConditioningFile file =
        file(Map.of("p/text", new float[] {1, 2, 3}, "p/pooled", new float[] {9}))) {
      assertThatThrownBy(() -> file.check(List.of(prompt)))
          .isInstanceOf(PromptException.class)
          .hasMessageContaining("'p/text' must be floating and of the policy's shape [2, 2]");
    }
    try (ConditioningFile file =
        file(Map.of("p/text", new float[] {1, Float.NaN, 3, 4}, "p/pooled", new float[] {9}))) {
      assertThatThrownBy(() -> file.of(prompt))
          .isInstanceOf(PromptException.class)
          .hasMessageContaining("'p/text' must hold finite values only; found NaN at element 1");
    }
  }

  @Test
  void refusesIntegersInOneLine() throws IOException {
    String header =
        """
        {"p/text":{"dtype":"I64","shape":[2,2],"data_offsets":[0,32]},\
        "p/pooled":{"dtype":"F32","shape":[1],"data_offsets":[32,36]}}"""
            .replace("\n", "");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + json.length + 36).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Prompt prompt = new Prompt("p", "x");
    try (ConditioningFile file = file(bytes.array())) {
      for (ThrowingCallable read :
          List.<ThrowingCallable>of(() -> file.check(List.of(prompt)), () -> file.of(prompt))) {
        assertThatThrownBy(read)
            .as("token numbers in the place of their embeddings")
            .isInstanceOf(PromptException.class)
            .hasMessage(
                "c.safetensors: tensor 'p/text' must be floating and of the policy's shape [2, 2]; found I64[2, 2]");
      }
    }
  }
}
