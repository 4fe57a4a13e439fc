package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.ParameterLayout;

class AdapterWarningTest {

  private static final BitSet NOTHING = new BitSet();

  private final List<String> told = new ArrayList<>();

  @Test
  void aPairOfAdaptersThatNoGradientReachesIsNamedOnce() throws Exception {
    List<ParameterLayout.Entry> entries = new ArrayList<>();
    for (String name :
        List.of(
            "blocks.0.to_q.lora_A.default.weight",
            "blocks.0.to_q.lora_B.default.weight",
            "blocks.1.to_q.lora_A.default.weight",
            "blocks.1.to_q.lora_B.default.weight",
            "scale")) {
      entries.add(new ParameterLayout.Entry(name, new long[] {2}, 2 * entries.size(), 2));
    }
    AdapterWarning warning = new AdapterWarning(new ParameterLayout(entries), told::add);
    warning.look(1, bits(1, 3));
    assertThat(told).as("lora_B is 0 at first, so lora_A gets no gradient").isEmpty();
    warning.look(2, NOTHING);
    assertThat(told).as("a round without any gradient has another reason").isEmpty();
    warning.look(3, bits(0, 1, 4));
    warning.look(4, bits(0, 1, 4));
    assertThat(told)
        .as("once, with its module")
        .singleElement()
        .asString()
        .contains("round 3: no gradient reaches 1 of 2 LoRA pairs", ": blocks.1.to_q;");
  }

  private static BitSet bits(int... set) {
    BitSet bits = new BitSet();
    for (int bit : set) {
      bits.set(bit);
    }
    return bits;
  }
}
