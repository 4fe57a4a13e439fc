package org.treegrpo.core.credit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.treegrpo.core.base.StrictJson;

/**
 * The last rewards of each prompt, the newest at the end.
 *
 * @param values by {@link #key}; not copied
 */
record RewardHistory(Map<String, double[]> values) implements EstimatorState {

  static final RewardHistory EMPTY = new RewardHistory(Map.of());

  /** Names a prompt's rewards of one column of {@link Combination}. */
  static String key(int column, String promptId) {
    return (column == Combination.TOTAL ? "total" : Integer.toString(column)) + "/" + promptId;
  }

  /** The rewards that did not fail. */
  static double[] scored(double[] rewards) {
    return Arrays.stream(rewards).filter(reward -> !Double.isNaN(reward)).toArray();
  }

  /** The newest rewards, at most {@code most}. */
  static double[] last(int most, double[]... inOrder) {
    double[] all = Arrays.stream(inOrder).flatMapToDouble(Arrays::stream).toArray();
    return Arrays.copyOfRange(all, Math.max(0, all.length - most), all.length);
  }

  @Override
  public byte[] bytes() {
    ObjectNode root = StrictJson.mapper().createObjectNode();
    new TreeMap<>(values)
        .forEach(
            (key, rewards) -> {
              ArrayNode list = root.putArray(key);
              Arrays.stream(rewards).forEach(list::add);
            });
    try {
      return StrictJson.mapper().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers are always JSON", e);
    }
  }

  static RewardHistory read(byte[] saved) {
    try {
      JsonNode root = StrictJson.mapper().readTree(saved);
      if (!root.isObject()) {
        throw new IllegalArgumentException("must be a JSON object; found '%s'".formatted(root));
      }
      Map<String, double[]> values = new TreeMap<>();
      for (Map.Entry<String, JsonNode> prompt : root.properties()) {
        values.put(prompt.getKey(), rewards(prompt.getKey(), prompt.getValue()));
      }
      return new RewardHistory(values);
    } catch (IOException e) {
      throw new IllegalArgumentException("must be a JSON object; " + e.getMessage(), e);
    }
  }

  private static double[] rewards(String key, JsonNode list) {
    double[] rewards = new double[list.size()];
    for (int i = 0; i < rewards.length; i++) {
      if (!list.get(i).isNumber()) {
        throw new IllegalArgumentException(
            "'%s' must be a list of numbers; found %s".formatted(key, list.get(i)));
      }
      rewards[i] = list.get(i).doubleValue();
    }
    return rewards;
  }
}
