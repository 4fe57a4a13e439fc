package org.treegrpo.core.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.treegrpo.core.base.StrictJson;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.ReadableSource;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;

/**
 * Trained adapters as a LoRA file that diffusers loads: {@code <component>.<module>.lora_A.weight}
 * and {@code lora_B.weight}, float32. Loaders disagree about the scale of a file, so it is
 * multiplied into lora_B and the file declares alpha = r: whoever reads the declaration and whoever
 * does not apply the same.
 */
public final class LoraFile {

  /** The name by which diffusers looks for it in a directory. */
  public static final String NAME = "pytorch_lora_weights.safetensors";

  private static final String METADATA = "lora_adapter_metadata";

  private final AdapterSpec spec;
  private final ParameterLayout layout;
  private final LoraPairs pairs;

  /**
   * @param spec of the policy that {@code layout} is of
   * @throws IllegalArgumentException if a trained tensor is no part of the adapters, or an adapter
   *     has no scale
   */
  public LoraFile(AdapterSpec spec, ParameterLayout layout) {
    this.spec = spec;
    this.layout = layout;
    this.pairs = LoraPairs.of(layout);
    pairs
        .firstOther(layout)
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(
                  "a LoRA file holds adapters only; the trained tensor '%s' is none"
                      .formatted(other));
            });
    pairs.all().forEach(this::scale);
  }

  /** Writes the file; the same weights give the same bytes. */
  public void write(OutputStream out, float[] weights) throws IOException {
    List<Declaration> declarations = new ArrayList<>();
    for (LoraPairs.Pair pair : pairs.all()) {
      declarations.add(declaration(pair, "lora_A", entry(pair.down())));
      declarations.add(declaration(pair, "lora_B", entry(pair.up())));
    }
    SafetensorsWriter writer =
        new SafetensorsWriter(out, declarations, Map.of("format", "pt", METADATA, metadata()));
    for (LoraPairs.Pair pair : pairs.all()) {
      ParameterLayout.Entry down = entry(pair.down());
      writer.write(name(pair, "lora_A"), weights, down.offset(), down.length());
      ParameterLayout.Entry up = entry(pair.up());
      float scale = scale(pair);
      float[] scaled = new float[up.length()];
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = scale * weights[up.offset() + i];
      }
      writer.write(name(pair, "lora_B"), scaled, 0, scaled.length);
    }
    writer.finish();
  }

  /**
   * The inverse of {@link #write}, for a file of diffusers: adapters of the same modules and ranks.
   *
   * @return flat weights
   * @throws SafetensorsException if the file does not hold exactly these adapters
   */
  public float[] read(ReadableSource source) throws IOException {
    List<ParameterLayout.Entry> named = new ArrayList<>();
    int offset = 0;
    for (LoraPairs.Pair pair : pairs.all()) {
      for (Map.Entry<String, ParameterLayout.Entry> part :
          List.of(Map.entry("lora_A", entry(pair.down())), Map.entry("lora_B", entry(pair.up())))) {
        ParameterLayout.Entry entry = part.getValue();
        named.add(
            new ParameterLayout.Entry(
                name(pair, part.getKey()), entry.shape(), offset, entry.length()));
        offset += entry.length();
      }
    }
    float[] inOrder = PolicyWeights.load(source, new ParameterLayout(named));
    Map<String, Double> alphas = alphas(source);
    float[] weights = new float[layout.size()];
    int from = 0;
    for (LoraPairs.Pair pair : pairs.all()) {
      ParameterLayout.Entry down = entry(pair.down());
      ParameterLayout.Entry up = entry(pair.up());
      System.arraycopy(inOrder, from, weights, down.offset(), down.length());
      from += down.length();
      double alpha = alphas.getOrDefault(module(pair), (double) rank(pair));
      double factor = alpha / rank(pair) / scale(pair);
      for (int i = 0; i < up.length(); i++) {
        weights[up.offset() + i] = (float) (factor * inOrder[from + i]);
      }
      from += up.length();
    }
    return weights;
  }

  /**
   * What a file declares by module: PEFT's lora_alpha with its exceptions; r where it says nothing.
   */
  private Map<String, Double> alphas(ReadableSource source) throws IOException {
    Map<String, Double> alphas = new TreeMap<>();
    try (SafetensorsReader reader = SafetensorsReader.open(source)) {
      JsonNode declared =
          StrictJson.mapper().readTree(reader.metadata().getOrDefault(METADATA, "{}"));
      String prefix = spec.component() + ".";
      if (declared.path(prefix + "use_rslora").asBoolean(false)) {
        throw new SafetensorsException(
            reader.file(), "must have the scale alpha / r", "use_rslora, alpha / sqrt(r)");
      }
      JsonNode alpha = declared.path(prefix + "lora_alpha");
      for (LoraPairs.Pair pair : pairs.all()) {
        String module = module(pair);
        if (alpha.isNumber()) {
          alphas.put(module, alpha.doubleValue());
        }
        for (Map.Entry<String, JsonNode> own :
            declared.path(prefix + "alpha_pattern").properties()) {
          if (("." + module).endsWith("." + own.getKey())) {
            alphas.put(module, own.getValue().doubleValue());
          }
        }
      }
    }
    return alphas;
  }

  /** What PEFT's LoraConfig needs; ranks that are not the most frequent one have patterns. */
  private String metadata() {
    Map<String, Integer> ranks = new TreeMap<>();
    pairs.all().forEach(pair -> ranks.put(module(pair), rank(pair)));
    int usual = mostFrequent(ranks);
    ObjectNode root = StrictJson.mapper().createObjectNode();
    String prefix = spec.component() + ".";
    root.put(prefix + "r", usual);
    root.put(prefix + "lora_alpha", usual);
    var targets = root.putArray(prefix + "target_modules");
    ranks.keySet().forEach(targets::add);
    ObjectNode rankPattern = root.putObject(prefix + "rank_pattern");
    ObjectNode alphaPattern = root.putObject(prefix + "alpha_pattern");
    ranks.forEach(
        (module, rank) -> {
          if (rank != usual) {
            rankPattern.put(module, rank);
            alphaPattern.put(module, rank);
          }
        });
    return root.toString();
  }

  private static int mostFrequent(Map<String, Integer> ranks) {
    return ranks.values().stream()
        .distinct()
        .sorted()
        .max((a, b) -> Integer.compare(frequency(ranks, a), frequency(ranks, b)))
        .orElseThrow(() -> new IllegalArgumentException("there is no adapter to write"));
  }

  private static int frequency(Map<String, Integer> ranks, int rank) {
    return Collections.frequency(ranks.values(), rank);
  }

  private float scale(LoraPairs.Pair pair) {
    Double scale = spec.scale().get(module(pair));
    if (scale == null) {
      throw new IllegalArgumentException(
          "policy.json: lora.scale must hold '%s', an adapter of the archive"
              .formatted(module(pair)));
    }
    return scale.floatValue();
  }

  private int rank(LoraPairs.Pair pair) {
    return Math.toIntExact(entry(pair.down()).shape()[0]);
  }

  private ParameterLayout.Entry entry(int index) {
    return layout.entries().get(index);
  }

  /** Of the pipeline's part, without the attribute that holds it in the archive. */
  private String module(LoraPairs.Pair pair) {
    String prefix = spec.component() + ".";
    return pair.module().startsWith(prefix)
        ? pair.module().substring(prefix.length())
        : pair.module();
  }

  private String name(LoraPairs.Pair pair, String part) {
    return "%s.%s.%s.weight".formatted(spec.component(), module(pair), part);
  }

  private Declaration declaration(LoraPairs.Pair pair, String part, ParameterLayout.Entry entry) {
    return new Declaration(name(pair, part), DType.F32, entry.shape());
  }
}
