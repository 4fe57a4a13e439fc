package org.treegrpo.core.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import net.razorvine.pickle.PickleException;

/**
 * What a TorchScript archive says about its parameters and its {@code forward}: read from its code
 * and its pickle, without libtorch and without values, so that an archive of any size and of any
 * element type is described in a moment.
 */
public final class ArchiveHeader {

  private static final String PICKLE = "/data.pkl";
  private static final Map<String, String> ELEMENT_TYPES =
      Map.ofEntries(
          Map.entry("torch.DoubleStorage", "float64"),
          Map.entry("torch.FloatStorage", "float32"),
          Map.entry("torch.HalfStorage", "float16"),
          Map.entry("torch.BFloat16Storage", "bfloat16"),
          Map.entry("torch.LongStorage", "int64"),
          Map.entry("torch.IntStorage", "int32"),
          Map.entry("torch.ShortStorage", "int16"),
          Map.entry("torch.CharStorage", "int8"),
          Map.entry("torch.ByteStorage", "uint8"),
          Map.entry("torch.BoolStorage", "bool"),
          Map.entry("torch.ComplexFloatStorage", "complex64"),
          Map.entry("torch.ComplexDoubleStorage", "complex128"));

  private static final Map<String, Integer> ELEMENT_BYTES =
      Map.of(
          "complex128",
          16,
          "complex64",
          8,
          "float64",
          8,
          "int64",
          8,
          "float16",
          2,
          "bfloat16",
          2,
          "int16",
          2,
          "int8",
          1,
          "uint8",
          1,
          "bool",
          1);

  private final List<Parameter> parameters;
  private final List<String> forwardArguments;
  private final long bufferBytes;

  private ArchiveHeader(
      List<Parameter> parameters, List<String> forwardArguments, long bufferBytes) {
    this.parameters = List.copyOf(parameters);
    this.forwardArguments = List.copyOf(forwardArguments);
    this.bufferBytes = bufferBytes;
  }

  /**
   * A parameter of a module.
   *
   * @param names dotted, as libtorch names it; more than one where it is tied
   * @param type of its elements, such as {@code float32} or {@code bfloat16}
   * @param strides in elements
   * @param requiresGradient whether the archive says that it is to be trained
   * @param storage the archive's entry with the values
   * @param offset of its first element there, in elements
   */
  public record Parameter(
      List<String> names,
      String type,
      long[] shape,
      long[] strides,
      boolean requiresGradient,
      String storage,
      long offset) {

    public Parameter {
      names = List.copyOf(names);
    }

    /** Of a tied parameter the first. */
    public String name() {
      return names.get(0);
    }

    /**
     * Refuses what is not float32, as all that is trained must be.
     *
     * @throws IllegalArgumentException naming it
     */
    public void requireFloat32() {
      if (!type.equals("float32")) {
        throw new IllegalArgumentException(
            "parameter '%s' must be float32 to be trained; found %s; export it after .float(), or leave it out of treegrpo.policy.trainable"
                .formatted(name(), type));
      }
    }

    /** Bytes of its values. */
    public long bytes() {
      return size() * ELEMENT_BYTES.getOrDefault(type, Float.BYTES);
    }

    /** Elements. */
    public long size() {
      long size = 1;
      for (long dimension : shape) {
        size = Math.multiplyExact(size, dimension);
      }
      return size;
    }

    /** Whether its elements lie in row-major order without gaps. */
    boolean isContiguous() {
      long expected = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        if (shape[i] != 1 && strides[i] != expected) {
          return false;
        }
        expected *= shape[i];
      }
      return true;
    }
  }

  /**
   * Reads the header of a local archive.
   *
   * @throws ArchiveFormatException if it is no TorchScript archive
   */
  public static ArchiveHeader read(Path archive) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      String root = root(zip);
      Object module;
      try (InputStream in = zip.getInputStream(zip.getEntry(root + PICKLE))) {
        module = ModuleUnpickler.module(in);
      }
      if (!(module instanceof ModuleUnpickler.Instance instance)) {
        throw new ArchiveFormatException("its data.pkl holds no module");
      }
      Map<String, ModuleClass> classes = classes(zip, root + "/code/");
      Walk walk = new Walk(classes, root + "/data/");
      walk.module("", instance);
      List<Parameter> parameters = walk.parameters();
      return new ArchiveHeader(
          parameters,
          Objects.requireNonNull(classes.get(instance.type())).forwardArguments(),
          bufferBytes(zip, root, parameters));
    } catch (ZipException e) {
      throw new ArchiveFormatException("it is no zip file; " + e.getMessage(), e);
    } catch (PickleException e) {
      throw new ArchiveFormatException("its data.pkl cannot be read; " + e.getMessage(), e);
    }
  }

  /**
   * Reads values without libtorch, in row-major order, one parameter after the other.
   *
   * @param parameters of this archive's header, float32
   * @param target has room for all of them
   * @throws IllegalArgumentException if one is not float32
   * @throws ArchiveFormatException if the archive does not hold what its header says
   */
  public static void readFloats(Path archive, List<Parameter> parameters, float[] target)
      throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      int offset = 0;
      for (Parameter parameter : parameters) {
        parameter.requireFloat32();
        ZipEntry entry = zip.getEntry(parameter.storage());
        if (entry == null) {
          throw new ArchiveFormatException("it lacks " + parameter.storage());
        }
        try (InputStream in = zip.getInputStream(entry)) {
          in.skipNBytes(parameter.offset() * Float.BYTES);
          StridedValues.read(in, parameter, target, offset);
        } catch (EOFException e) {
          throw new ArchiveFormatException(
              "'%s' ends before the values of '%s'"
                  .formatted(parameter.storage(), parameter.name()),
              e);
        }
        offset += Math.toIntExact(parameter.size());
      }
    }
  }

  /** In libtorch's order: depth first, as the module's class declares them; none is empty. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Names of the arguments of {@code forward}, without {@code self}; empty where it has none. */
  public List<String> forwardArguments() {
    return forwardArguments;
  }

  /** Bytes of all its tensors. */
  public long weightBytes() {
    return parameters.stream().mapToLong(Parameter::bytes).sum() + bufferBytes;
  }

  /** Bytes of the tensors that are no parameters: buffers, and constants of traced code. */
  public long bufferBytes() {
    return bufferBytes;
  }

  private static long bufferBytes(ZipFile zip, String root, List<Parameter> parameters) {
    Set<String> ofParameters =
        parameters.stream().map(Parameter::storage).collect(Collectors.toSet());
    return zip.stream()
        .filter(
            entry ->
                entry.getName().startsWith(root + "/data/")
                    || entry.getName().startsWith(root + "/constants/"))
        .filter(entry -> !ofParameters.contains(entry.getName()))
        .mapToLong(ZipEntry::getSize)
        .sum();
  }

  /** The folder that everything in the archive lies in. */
  private static String root(ZipFile zip) throws ArchiveFormatException {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
        .map(name -> name.substring(0, name.length() - PICKLE.length()))
        .findFirst()
        .orElseThrow(() -> new ArchiveFormatException("it holds no data.pkl"));
  }

  /** The module classes that the archive declares, by qualified name. */
  private static Map<String, ModuleClass> classes(ZipFile zip, String code) throws IOException {
    Map<String, ModuleClass> classes = new HashMap<>();
    for (ZipEntry entry : zip.stream().toList()) {
      String name = entry.getName();
      if (name.startsWith(code) && name.endsWith(".py")) {
        String qualifier =
            name.substring(code.length(), name.length() - ".py".length()).replace('/', '.');
        try (InputStream in = zip.getInputStream(entry)) {
          String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          ModuleClass.parse(source)
              .forEach((simple, declared) -> classes.put(qualifier + "." + simple, declared));
        }
      }
    }
    return classes;
  }

  /** Collects the parameters of a module and of those in it. */
  private static final class Walk {

    private final Map<String, ModuleClass> classes;
    private final String data;
    private final Map<String, Found> byPlace = new LinkedHashMap<>();

    /**
     * @param data the folder of the values
     */
    Walk(Map<String, ModuleClass> classes, String data) {
      this.classes = classes;
      this.data = data;
    }

    private record Found(ModuleUnpickler.Tensor tensor, List<String> names) {}

    void module(String prefix, ModuleUnpickler.Instance module) throws ArchiveFormatException {
      ModuleClass declared = classes.get(module.type());
      if (declared == null) {
        throw new ArchiveFormatException("its code does not declare " + module.type());
      }
      for (String attribute : declared.attributes()) {
        Object value = module.attributes().get(attribute);
        if (value instanceof ModuleUnpickler.Tensor tensor
            && declared.parameters().contains(attribute)) {
          add(prefix + attribute, tensor);
        } else if (value instanceof ModuleUnpickler.Instance child
            && classes.containsKey(child.type())) {
          module(prefix + attribute + ".", child);
        }
      }
    }

    private void add(String name, ModuleUnpickler.Tensor tensor) {
      // Two names of one place are one tensor.
      byPlace
          .computeIfAbsent(
              tensor.storage() + "@" + tensor.offset(), key -> new Found(tensor, new ArrayList<>()))
          .names()
          .add(name);
    }

    List<Parameter> parameters() {
      return byPlace.values().stream()
          .map(
              one ->
                  new Parameter(
                      one.names(),
                      ELEMENT_TYPES.getOrDefault(one.tensor().type(), one.tensor().type()),
                      one.tensor().shape(),
                      one.tensor().strides(),
                      one.tensor().requiresGradient(),
                      data + one.tensor().storage(),
                      one.tensor().offset()))
          .filter(parameter -> parameter.size() > 0)
          .toList();
    }
  }
}
