package org.treegrpo.core.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.treegrpo.core.base.StrictJson;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;
import org.treegrpo.core.policy.PolicySpec.DecoderSpec;
import org.treegrpo.core.policy.PolicySpec.NetworkSpec;
import org.treegrpo.core.process.Prediction;

/** The JSON form of a {@link PolicySpec} and its rules; looks at no file but the text given. */
final class PolicyFilesJson {

  private static final Map<String, PolicySpec.Type> TYPES =
      Map.of("built-in", PolicySpec.Type.BUILT_IN, "torchscript", PolicySpec.Type.TORCHSCRIPT);
  private static final List<String> KEYS =
      List.of(
          "type",
          "file",
          "latentShape",
          "prediction",
          SchedulerJson.KEY,
          "conditioning",
          "decoder",
          "network",
          "lora",
          "segments",
          MemoryJson.KEY,
          "sha256");
  private static final List<String> CONDITIONING_KEYS = List.of("name", "shape");
  private static final List<String> DECODER_KEYS = List.of("file", "scale", "shift");
  private static final List<String> NETWORK_KEYS =
      List.of("patch", "width", "layers", "heads", "alphabet", "cell");
  private static final List<String> LORA_KEYS = List.of("component", "scale");
  private static final String NAME = "[A-Za-z0-9._-]{1,128}";
  private static final String SHA256 = "[0-9a-f]{64}";

  private static final ObjectMapper JSON = StrictJson.mapper();

  private PolicyFilesJson() {}

  static PolicySpec parse(String file, String text) throws PolicyDirectoryException {
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      PolicyDirectoryException refusal =
          new PolicyDirectoryException(file, "", e.getMessage(), "must be one JSON object");
      refusal.initCause(e);
      throw refusal;
    }
    PolicyFilesObject root = new PolicyFilesObject(file, "", tree, KEYS);
    PolicySpec.Type type = type(root);
    LatentShape latent = latentShape(root);
    List<ConditioningInput> conditioning = conditioning(root);
    Optional<NetworkSpec> network = Optional.empty();
    if (type == PolicySpec.Type.BUILT_IN) {
      network = Optional.of(network(root, latent));
      checkTokens(root, network.get(), latent, conditioning);
    } else if (root.has("network")) {
      throw root.refused(
          "network", root.get("network"), "is only for a policy of type built-in, remove it");
    }
    Prediction prediction = prediction(root);
    return new PolicySpec(
        type,
        root.relativePath("file"),
        latent,
        prediction,
        SchedulerJson.parse(root, prediction),
        conditioning,
        decoder(root),
        network,
        lora(root, type),
        segments(root, type, network),
        MemoryJson.parse(root),
        digests(root));
  }

  static String render(PolicySpec spec) {
    ObjectNode root = JSON.createObjectNode();
    root.put("type", typeName(spec.type()));
    root.put("file", spec.file());
    root.putArray("latentShape")
        .add(spec.latentShape().channels())
        .add(spec.latentShape().height())
        .add(spec.latentShape().width());
    root.put("prediction", spec.prediction().label());
    spec.scheduler().ifPresent(scheduler -> SchedulerJson.render(scheduler, root));
    ArrayNode conditioning = root.putArray("conditioning");
    for (ConditioningInput input : spec.conditioning()) {
      ArrayNode shape = conditioning.addObject().put("name", input.name()).putArray("shape");
      input.shape().forEach(shape::add);
    }
    spec.decoder()
        .ifPresentOrElse(
            decoder ->
                root.putObject("decoder")
                    .put("file", decoder.file())
                    .put("scale", decoder.scale())
                    .put("shift", decoder.shift()),
            () -> root.putNull("decoder"));
    spec.network()
        .ifPresent(
            network ->
                root.putObject("network")
                    .put("patch", network.patch())
                    .put("width", network.width())
                    .put("layers", network.layers())
                    .put("heads", network.heads())
                    .put("alphabet", network.alphabet())
                    .put("cell", network.cell()));
    spec.lora()
        .ifPresent(
            lora -> {
              ObjectNode object = root.putObject("lora").put("component", lora.component());
              ObjectNode scale = object.putObject("scale");
              new TreeMap<>(lora.scale()).forEach(scale::put);
            });
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT && spec.segments() > 0) {
      root.put("segments", spec.segments());
    }
    spec.memory().ifPresent(memory -> MemoryJson.render(memory, root));
    if (!spec.sha256().isEmpty()) {
      ObjectNode digests = root.putObject("sha256");
      new TreeMap<>(spec.sha256()).forEach(digests::put);
    }
    return root.toPrettyString() + "\n";
  }

  private static String typeName(PolicySpec.Type type) {
    return switch (type) {
      case BUILT_IN -> "built-in";
      case TORCHSCRIPT -> "torchscript";
    };
  }

  private static PolicySpec.Type type(PolicyFilesObject root) throws PolicyDirectoryException {
    String name = root.text("type");
    PolicySpec.Type type = TYPES.get(name);
    if (type == null) {
      throw root.refused("type", "'" + name + "'", "must be 'built-in' or 'torchscript'");
    }
    return type;
  }

  private static Prediction prediction(PolicyFilesObject root) throws PolicyDirectoryException {
    String label = root.text("prediction");
    List<String> labels = Arrays.stream(Prediction.values()).map(Prediction::label).toList();
    if (!labels.contains(label)) {
      throw root.refused("prediction", "'" + label + "'", "must be one of " + labels);
    }
    return Prediction.of(label);
  }

  private static LatentShape latentShape(PolicyFilesObject root) throws PolicyDirectoryException {
    List<Integer> shape = root.positiveIntegers("latentShape");
    if (shape.size() != 3) {
      throw root.refused("latentShape", shape, "must be [C, H, W]");
    }
    if (elements(shape) > Integer.MAX_VALUE) {
      throw root.refused("latentShape", shape, "must have fewer than 2^31 elements");
    }
    return new LatentShape(shape.get(0), shape.get(1), shape.get(2));
  }

  private static List<ConditioningInput> conditioning(PolicyFilesObject root)
      throws PolicyDirectoryException {
    Set<String> names = new HashSet<>();
    List<ConditioningInput> inputs = new ArrayList<>();
    for (PolicyFilesObject entry : root.objects("conditioning", CONDITIONING_KEYS)) {
      String name = entry.text("name");
      if (!name.matches(NAME)) {
        throw entry.refused("name", "'" + name + "'", "must match " + NAME);
      }
      if (!names.add(name)) {
        throw entry.refused("name", "'" + name + "' twice", "must be unique");
      }
      List<Integer> shape = entry.positiveIntegers("shape");
      if (elements(shape) > Integer.MAX_VALUE) {
        throw entry.refused("shape", shape, "must have fewer than 2^31 elements");
      }
      inputs.add(new ConditioningInput(name, shape));
    }
    return inputs;
  }

  /** The product, saturated above the range of an array's length. */
  private static long elements(List<Integer> shape) {
    long elements = 1;
    for (int dimension : shape) {
      elements = Math.min(elements * dimension, 1L << 40);
    }
    return elements;
  }

  private static Optional<DecoderSpec> decoder(PolicyFilesObject root)
      throws PolicyDirectoryException {
    if (!root.has("decoder")) {
      return Optional.empty();
    }
    PolicyFilesObject decoder = root.object("decoder", DECODER_KEYS);
    double scale = decoder.finite("scale");
    if (scale == 0) {
      throw decoder.refused("scale", scale, "divides the latent and must not be 0");
    }
    return Optional.of(
        new DecoderSpec(decoder.relativePath("file"), scale, decoder.finite("shift")));
  }

  private static Optional<AdapterSpec> lora(PolicyFilesObject root, PolicySpec.Type type)
      throws PolicyDirectoryException {
    if (!root.has("lora")) {
      return Optional.empty();
    }
    if (type != PolicySpec.Type.TORCHSCRIPT) {
      throw root.refused(
          "lora", root.get("lora"), "is only for a policy of type torchscript, remove it");
    }
    PolicyFilesObject lora = root.object("lora", LORA_KEYS);
    String component = lora.text("component");
    if (!component.matches(NAME)) {
      throw lora.refused("component", "'" + component + "'", "must match " + NAME);
    }
    return Optional.of(new AdapterSpec(component, lora.numbers("scale")));
  }

  private static int segments(
      PolicyFilesObject root, PolicySpec.Type type, Optional<NetworkSpec> network)
      throws PolicyDirectoryException {
    if (type == PolicySpec.Type.BUILT_IN) {
      if (root.has("segments")) {
        throw root.refused(
            "segments",
            root.get("segments"),
            "is only for a policy of type torchscript, remove it");
      }
      return network.orElseThrow().segments();
    }
    return root.has("segments") ? root.integer("segments", 2, 0) : 0;
  }

  private static Map<String, String> digests(PolicyFilesObject root)
      throws PolicyDirectoryException {
    Map<String, String> digests = root.has("sha256") ? root.texts("sha256") : Map.of();
    for (Map.Entry<String, String> digest : digests.entrySet()) {
      root.requireInside("sha256", digest.getKey());
      if (!digest.getValue().matches(SHA256)) {
        throw root.refused(
            "sha256." + digest.getKey(), "'" + digest.getValue() + "'", "must match " + SHA256);
      }
    }
    return digests;
  }

  private static NetworkSpec network(PolicyFilesObject root, LatentShape latent)
      throws PolicyDirectoryException {
    PolicyFilesObject network = root.object("network", NETWORK_KEYS);
    int patch = network.positiveInteger("patch");
    if (latent.height() % patch != 0 || latent.width() % patch != 0) {
      throw network.refused(
          "patch",
          patch,
          "must divide the height %d and the width %d of latentShape"
              .formatted(latent.height(), latent.width()));
    }
    int width = network.positiveInteger("width");
    int heads = network.positiveInteger("heads");
    if (width % heads != 0) {
      throw network.refused("heads", heads, "must divide network.width " + width);
    }
    String alphabet = network.text("alphabet");
    if (alphabet.chars().distinct().count() != alphabet.length()) {
      throw network.refused("alphabet", "'" + alphabet + "'", "must not repeat a character");
    }
    if (alphabet.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
      throw network.refused(
          "alphabet", "'" + alphabet + "'", "must only have characters of one UTF-16 unit");
    }
    return new NetworkSpec(
        patch,
        width,
        network.positiveInteger("layers"),
        heads,
        alphabet,
        network.positiveInteger("cell"));
  }

  /** A built-in policy reads one row of token ids, one for each letter cell of its picture. */
  private static void checkTokens(
      PolicyFilesObject root,
      NetworkSpec network,
      LatentShape latent,
      List<ConditioningInput> conditioning)
      throws PolicyDirectoryException {
    if (conditioning.size() != 1 || conditioning.get(0).shape().size() != 1) {
      throw root.refused(
          "conditioning",
          conditioning,
          "of a built-in policy must be one input of shape [letters]");
    }
    int letters = conditioning.get(0).elements();
    if ((long) letters * network.cell() > latent.width()) {
      throw root.refused(
          "network.cell",
          network.cell(),
          "times %d letters must not exceed the width %d of latentShape"
              .formatted(letters, latent.width()));
    }
  }
}
