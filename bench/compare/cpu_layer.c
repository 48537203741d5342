/* A Vulkan layer for benchmarks on machines without a GPU: gives CPU devices the vendor and device numbers of SwiftShader.
 * Chromium's WebGPU takes a CPU device that cannot import external textures only if it has those numbers, so that without this
 * layer lavapipe is no adapter there. The few declarations of Vulkan's stable binary interface that it needs are its own, so
 * that a C compiler is all it takes: cc -shared -fPIC -O2 -o libconvoke_cpu_layer.so cpu_layer.c */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*GetProcAddr)(void *instance, const char *name);

/* VkPhysicalDeviceProperties and VkPhysicalDeviceProperties2 as far as they are read or written here. */
typedef struct { uint32_t api_version, driver_version, vendor, device, type; } Properties;
typedef struct { uint32_t structure; void *next; Properties properties; } Properties2;
enum { TYPE_CPU = 4, SWIFTSHADER_VENDOR = 0x1AE0, SWIFTSHADER_DEVICE = 0xC0DE };

/* VkInstanceCreateInfo's chain, and the link that the loader puts there (vk_layer.h). */
typedef struct Chain { uint32_t structure; struct Chain *next; } Chain;
typedef struct Link { struct Link *next; GetProcAddr get_proc_addr; GetProcAddr get_physical_device_proc_addr; } Link;
typedef struct { uint32_t structure; void *next; uint32_t function; Link *link; } LayerInfo;
enum { LOADER_INSTANCE_CREATE_INFO = 47, LAYER_LINK_INFO = 0, INITIALIZATION_FAILED = -3 };

/* VkNegotiateLayerInterface. */
typedef struct {
  uint32_t structure; void *next; uint32_t version;
  GetProcAddr get_instance_proc_addr, get_device_proc_addr, get_physical_device_proc_addr;
} Negotiation;

static GetProcAddr next_get_proc_addr;
static void (*next_properties)(void *, Properties *);
static void (*next_properties2)(void *, Properties2 *);

static void rename_cpu(Properties *p) {
  if (p->type != TYPE_CPU) return;
  p->vendor = SWIFTSHADER_VENDOR;
  p->device = SWIFTSHADER_DEVICE;
}

static void get_properties(void *device, Properties *p) {
  next_properties(device, p);
  rename_cpu(p);
}

static void get_properties2(void *device, Properties2 *p) {
  next_properties2(device, p);
  rename_cpu(&p->properties);
}

static int32_t create_instance(const Chain *info, const void *allocator, void **instance) {
  LayerInfo *layer = (LayerInfo *)info->next;
  while (layer && !(layer->structure == LOADER_INSTANCE_CREATE_INFO && layer->function == LAYER_LINK_INFO))
    layer = layer->next;
  if (!layer) return INITIALIZATION_FAILED;
  next_get_proc_addr = layer->link->get_proc_addr;
  layer->link = layer->link->next; /* the next layer finds its own link first */
  int32_t (*next)(const Chain *, const void *, void **) =
      (int32_t (*)(const Chain *, const void *, void **))next_get_proc_addr(NULL, "vkCreateInstance");
  int32_t result = next(info, allocator, instance);
  if (result != 0) return result;
  next_properties =
      (void (*)(void *, Properties *))next_get_proc_addr(*instance, "vkGetPhysicalDeviceProperties");
  next_properties2 =
      (void (*)(void *, Properties2 *))next_get_proc_addr(*instance, "vkGetPhysicalDeviceProperties2");
  if (!next_properties2)
    next_properties2 =
        (void (*)(void *, Properties2 *))next_get_proc_addr(*instance, "vkGetPhysicalDeviceProperties2KHR");
  return 0;
}

static Function get_instance_proc_addr(void *instance, const char *name) {
  if (!strcmp(name, "vkGetInstanceProcAddr")) return (Function)get_instance_proc_addr;
  if (!strcmp(name, "vkCreateInstance")) return (Function)create_instance;
  if (!strcmp(name, "vkGetPhysicalDeviceProperties")) return (Function)get_properties;
  if (!strcmp(name, "vkGetPhysicalDeviceProperties2")) return (Function)get_properties2;
  if (!strcmp(name, "vkGetPhysicalDeviceProperties2KHR")) return (Function)get_properties2;
  return next_get_proc_addr ? next_get_proc_addr(instance, name) : NULL;
}

__attribute__((visibility("default"))) int32_t vkNegotiateLoaderLayerInterfaceVersion(Negotiation *negotiation) {
  if (negotiation->version > 2) negotiation->version = 2;
  negotiation->get_instance_proc_addr = get_instance_proc_addr;
  negotiation->get_device_proc_addr = NULL;
  negotiation->get_physical_device_proc_addr = NULL;
  return 0;
}
