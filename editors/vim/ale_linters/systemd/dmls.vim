call dmls#define_for_ale('systemd')
