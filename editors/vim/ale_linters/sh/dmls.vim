call dmls#define_for_ale('sh')
