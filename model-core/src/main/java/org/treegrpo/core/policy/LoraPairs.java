package org.treegrpo.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The low-rank adapters among trained parameters (LoRA, Hu et al., ICLR 2022): of a module {@code
 * m}, {@code m.lora_A[.adapter].weight} and {@code m.lora_B[.adapter].weight}, as PEFT names them.
 */
public final class LoraPairs {

  private static final Pattern DOWN =
      Pattern.compile("(?<module>.+)\\.lora_A(?<adapter>(\\.[^.]+)?\\.weight)");

  /**
   * An adapter.
   *
   * @param module that it is added to
   * @param down index of lora_A, {@code [r, in]}, in the layout
   * @param up index of lora_B, {@code [out, r]}
   */
  record Pair(String module, int down, int up) {}

  private final List<Pair> pairs;

  private LoraPairs(List<Pair> pairs) {
    this.pairs = pairs;
  }

  /** Those of a layout, in its order. */
  public static LoraPairs of(ParameterLayout layout) {
    Map<String, Integer> indices = new HashMap<>();
    for (int i = 0; i < layout.entries().size(); i++) {
      indices.put(layout.entries().get(i).name(), i);
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < layout.entries().size(); i++) {
      Matcher down = DOWN.matcher(layout.entries().get(i).name());
      if (down.matches()) {
        String module = down.group("module");
        Integer up = indices.get(module + ".lora_B" + down.group("adapter"));
        if (up != null) {
          pairs.add(new Pair(module, i, up));
        }
      }
    }
    return new LoraPairs(pairs);
  }

  public int size() {
    return pairs.size();
  }

  List<Pair> all() {
    return pairs;
  }

  /** A copy of flat weights in which no adapter changes what its module computes. */
  public float[] withoutEffect(ParameterLayout layout, float[] weights) {
    float[] base = weights.clone();
    for (Pair pair : pairs) {
      ParameterLayout.Entry up = layout.entries().get(pair.up());
      Arrays.fill(base, up.offset(), up.offset() + up.length(), 0f);
    }
    return base;
  }

  /** The first tensor of the layout that belongs to no pair, if there is one. */
  Optional<String> firstOther(ParameterLayout layout) {
    BitSet paired = new BitSet();
    for (Pair pair : pairs) {
      paired.set(pair.down());
      paired.set(pair.up());
    }
    int other = paired.nextClearBit(0);
    return other < layout.entries().size()
        ? Optional.of(layout.entries().get(other).name())
        : Optional.empty();
  }

  /**
   * Modules of the pairs none of whose two tensors is among those given.
   *
   * @param tensors by index in the layout
   */
  public List<String> without(BitSet tensors) {
    return pairs.stream()
        .filter(pair -> !tensors.get(pair.down()) && !tensors.get(pair.up()))
        .map(Pair::module)
        .toList();
  }
}
